import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import panel from "./desk.panel";

const address = `https://example.org/${"a".repeat(200)}`;
const nobody = {
  ...{ kind: "drive", phase: "closed", sentence: `Nobody is logged in: open ${address} first.`, asks: false },
  ...{ crumbs: ["My Drive"], search: "", entries: [], page: 1, more: false, number: 0 },
  access: { endpoint: "", profile: null, anon: false, requester_pays: false },
};

let host: HTMLElement;
let undo: () => void;

beforeEach(() => {
  const glimpse = {
    source: address,
    phase: "failed",
    sentence: `There is no ${address}`,
    progress: null,
    card: {},
  };
  const model = new FakeModel({
    ...{ card: {}, items: [], recent: [], variable: "", waits: false, places: nobody, glimpse },
  });
  model.answer = () => ({});
  host = document.body.appendChild(document.createElement("div"));
  host.style.width = "600px";
  undo = panel.render({ model: model as never, el: host });
});

afterEach(() => {
  undo();
  host.remove();
});

it("breaks what is longer than its line", async () => {
  await vi.waitFor(() => expect(host.textContent).toContain("There is no"));
  const edge = host.getBoundingClientRect().right;
  const over = [...host.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > edge);
  expect(over.map((each) => each.className)).toEqual([]);
});

it("leaves a button as wide as its words", async () => {
  await vi.waitFor(() => expect(host.textContent).toContain("Look again"));
  const again = [...host.querySelectorAll("button")].find((each) => each.textContent === "Look again");
  expect(again?.offsetWidth).toBeLessThan(160);
});

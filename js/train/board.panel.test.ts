import { afterEach, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import board from "./board.panel";

const card: CardData = { title: "TensorBoard", big: "", state: "", tone: "", parts: [] };

function open(address: string): HTMLElement {
  vi.stubGlobal("location", new URL(address));
  const el = document.createElement("div");
  document.body.append(el);
  board.render({ model: new FakeModel({ card, port: 6006 }), el });
  return el;
}

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it("shows TensorBoard in a frame and as a link", async () => {
  const el = open("http://localhost:8888/lab");
  await vi.waitFor(() =>
    expect(el.querySelector("iframe")?.getAttribute("src")).toBe("http://127.0.0.1:6006/"),
  );
  expect(el.querySelector("a")?.getAttribute("href")).toBe("http://127.0.0.1:6006/");
});

it("says what to do when there is no way", async () => {
  const el = open("https://hub.example/lab");
  await vi.waitFor(() =>
    expect(el.querySelector(".cm-error")?.textContent).toContain("jupyter-server-proxy"),
  );
});

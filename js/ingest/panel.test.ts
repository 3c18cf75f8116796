import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import panel from "./panel";

const card = (big: string): CardData => ({ title: "iris.csv", big, state: "", tone: "", parts: [] });

let model: FakeModel<{ card: CardData; phase: string; progress: number | null }>;
let host: HTMLElement;
let undo: () => void;

beforeEach(() => {
  model = new FakeModel({ card: card(""), phase: "connecting", progress: null });
  host = document.body.appendChild(document.createElement("div"));
  undo = panel.render({ model, el: host });
});

afterEach(() => {
  undo();
  host.remove();
});

const bar = () => host.querySelector<HTMLElement>("[role=progressbar]");
const running = () => host.querySelector<HTMLElement>(".cm-ingest-running");
const phase = () => host.querySelector("[role=status]")?.textContent;

describe("the ingest panel", () => {
  it("says what it waits for, without a share that nobody knows", () => {
    expect(phase()).toBe("connecting");
    expect(running()?.hidden).toBe(false);
    expect(bar()?.hasAttribute("aria-valuenow")).toBe(false);
  });

  it("shows how far it is", async () => {
    model.set("phase", "1.0 MB of 4.0 MB");
    model.set("progress", 0.25);
    await vi.waitFor(() => expect(phase()).toBe("1.0 MB of 4.0 MB"));
    expect(bar()?.getAttribute("aria-valuenow")).toBe("25");
    expect(bar()?.style.getPropertyValue("--cm-value")).toBe("0.25");
    model.set("progress", null);
    await vi.waitFor(() => expect(bar()?.hasAttribute("aria-valuenow")).toBe(false));
  });

  it("ends with the card alone", async () => {
    model.set("card", card("150 rows, 5 columns"));
    model.set("phase", "");
    await vi.waitFor(() => expect(running()?.hidden).toBe(true));
    expect(host.querySelector(".cm-big")?.textContent).toBe("150 rows, 5 columns");
  });

  it("shows hostile text as text", async () => {
    model.set("phase", "<img src=x onerror=alert(1)>");
    await vi.waitFor(() => expect(phase()).toBe("<img src=x onerror=alert(1)>"));
    expect(host.querySelector("img")).toBeNull();
  });

  it("leaves nothing behind", () => {
    undo();
    expect(host.childNodes).toHaveLength(0);
    expect(model.listenerCount).toBe(0);
  });
});

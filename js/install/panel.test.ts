import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import panel from "./panel";

const card = (big: string): CardData => ({ title: "%install graphviz", big, state: "", tone: "", parts: [] });

type State = { card: CardData; phase: string; elapsed: string; ratio: number | null; log: string[] };

let model: FakeModel<State>;
let host: HTMLElement;
let undo: () => void;

beforeEach(() => {
  model = new FakeModel<State>({
    card: card(""),
    phase: "finding out what is needed",
    elapsed: "",
    ratio: null,
    log: [],
  });
  host = document.body.appendChild(document.createElement("div"));
  undo = panel.render({ model, el: host });
});

afterEach(() => {
  undo();
  host.remove();
});

const bar = () => host.querySelector<HTMLElement>("[role=progressbar]");
const running = () => host.querySelector<HTMLElement>(".cm-install-running");
const phase = () => host.querySelector("[role=status]")?.textContent;
const log = () => host.querySelector("pre")?.textContent;

describe("the install panel", () => {
  it("says what goes on, without a share that nobody knows", () => {
    expect(phase()).toBe("finding out what is needed");
    expect(running()?.hidden).toBe(false);
    expect(bar()?.hasAttribute("aria-valuenow")).toBe(false);
  });

  it("shows a download and the installer's last lines", async () => {
    model.set("phase", "downloading numpy · 1.0 MB of 4.0 MB");
    model.set("elapsed", "3.1 s");
    model.set("ratio", 0.25);
    model.set("log", ["Collecting numpy", "Downloading numpy"]);
    await vi.waitFor(() => expect(phase()).toBe("downloading numpy · 1.0 MB of 4.0 MB"));
    expect(bar()?.getAttribute("aria-valuenow")).toBe("25");
    expect(bar()?.style.getPropertyValue("--cm-value")).toBe("0.25");
    expect(host.querySelector(".cm-time")?.textContent).toBe("3.1 s");
    expect(log()).toBe("Collecting numpy\nDownloading numpy");
    model.set("ratio", null);
    await vi.waitFor(() => expect(bar()?.hasAttribute("aria-valuenow")).toBe(false));
  });

  it("does not repeat the phase to a screen reader when only the time passes", async () => {
    const text = host.querySelector("[role=status]")?.firstChild;
    model.set("elapsed", "9.0 s");
    await vi.waitFor(() => expect(host.querySelector(".cm-time")?.textContent).toBe("9.0 s"));
    expect(host.querySelector("[role=status]")?.firstChild).toBe(text);
  });

  it("ends with the card alone", async () => {
    model.set("card", card("2 new packages"));
    model.set("phase", "");
    await vi.waitFor(() => expect(running()?.hidden).toBe(true));
    expect(host.querySelector(".cm-big")?.textContent).toBe("2 new packages");
  });

  it("lets the keyboard reach the lines", () => {
    expect(host.querySelector("pre")?.tabIndex).toBe(0);
  });

  it("shows hostile text as text", async () => {
    model.set("phase", "<img src=x onerror=alert(1)>");
    model.set("log", ["<script>alert(1)</script>"]);
    await vi.waitFor(() => expect(phase()).toBe("<img src=x onerror=alert(1)>"));
    expect(log()).toBe("<script>alert(1)</script>");
    expect(host.querySelector("img, script")).toBeNull();
  });

  it("leaves nothing behind", () => {
    undo();
    expect(host.childNodes).toHaveLength(0);
    expect(model.listenerCount).toBe(0);
  });
});

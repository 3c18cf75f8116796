import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import panel from "./monitor.panel";
import type { Line, Row, Track } from "./readings";

const card: CardData = { title: "Monitor", big: "", state: "running", tone: "", parts: [] };
const line = (column: number, given: Partial<Line> = {}): Line => ({
  column,
  unit: "bytes",
  word: "used",
  limit: 0,
  warns: false,
  drawn: true,
  ...given,
});
const tracks: Track[] = [
  {
    name: "CPU",
    kind: "cpu",
    source: "of this machine's 2 CPUs",
    lines: [line(1, { unit: "cpus", word: "busy", limit: 2 })],
  },
  { name: "RAM", kind: "memory", source: "<img>", lines: [line(2, { limit: 1000, warns: true })] },
];

function state() {
  return {
    card,
    status: { phase: "running", sentence: "" } as {
      phase: "running" | "stopped" | "unseen" | "moved" | "ended";
      sentence: string;
    },
    tracks,
    history: [[10, 0.5, 400]] as Row[],
    recent: [[11, 1.5, 500]] as Row[],
    missing: {} as Record<string, string>,
  };
}

let model: FakeModel<ReturnType<typeof state>>;
let host: HTMLElement;
let undo: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel(state());
  model.answer = () => null;
  host = document.body.appendChild(document.createElement("div"));
  undo = panel.render({ model, el: host });
});

afterEach(() => {
  undo();
  host.remove();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const text = (selector: string) => host.querySelector(selector)?.textContent;
const texts = (selector: string) =>
  [...host.querySelectorAll(selector)].map((element) => element.textContent);
const button = () => host.querySelector("button") as HTMLButtonElement;
const commands = () => model.sent.map(({ content }) => (content as { command: string }).command);
const settle = () => vi.advanceTimersByTimeAsync(300);

async function sample(row: Row): Promise<void> {
  model.set("recent", [...model.get("recent"), row]);
  await settle();
}

describe("the monitor's panel", () => {
  it("shows each track with its line and its numbers", () => {
    expect(texts(".cm-what b")).toEqual(["CPU", "RAM"]);
    expect(texts(".cm-now")).toEqual(["1.50 of 2 CPUs busy", "500 bytes of 1000 bytes used"]);
    expect(host.querySelector("path")?.getAttribute("d")).toBe("M295 29h0L300 11");
    expect(texts(".cm-what .cm-note")).toEqual(["of this machine's 2 CPUs", "<img>"]);
    expect(text(".cm-title [role=status]")).toBe("running");
    expect(text(".cm-time")).toBe("the last minute");
    expect(button().textContent).toBe("Stop");
  });

  it("draws more minutes when there are more", async () => {
    await sample([200, 0.25, 600]);
    expect(text(".cm-time")).toBe("the last 5 minutes");
  });

  it("follows new samples in the same elements", async () => {
    const before = host.querySelector(".cm-now");
    await sample([12, 0.25, 600]);
    expect(texts(".cm-now")[0]).toBe("0.25 of 2 CPUs busy");
    expect(host.querySelector(".cm-now")).toBe(before);
  });

  it("warns by word while memory is nearly full", async () => {
    const warning = () => [...host.querySelectorAll<HTMLElement>(".cm-warn")].map((badge) => badge.hidden);
    expect(warning()).toEqual([true, true]);
    await sample([12, 2, 950]);
    expect(warning()).toEqual([true, false]);
    await sample([13, 2, 10]);
    expect(warning()).toEqual([true, true]);
  });

  it("says why a number is missing", async () => {
    model.set("missing", { "2": "it does <b>not</b> tell" });
    await sample([12, 1, null]);
    expect(texts(".cm-now")[1]).toBe("– of 1000 bytes used");
    expect(text(".cm-track:last-child > .cm-note")).toBe("Not known: it does <b>not</b> tell.");
    model.set("missing", {});
    await sample([13, 1, 5]);
    expect(host.querySelector<HTMLElement>(".cm-track:last-child > .cm-note")?.hidden).toBe(true);
  });

  it("describes a line in words, every ten seconds and not more often", async () => {
    const label = () => host.querySelector("svg")?.getAttribute("aria-label");
    const first = "CPU in the last minute: 1.50 of 2 CPUs busy, at most 1.50";
    expect(label()).toBe(first);
    await sample([15, 2, 5]);
    expect(label()).toBe(first);
    await sample([21, 1, 5]);
    expect(label()).toBe("CPU in the last minute: 1 of 2 CPUs busy, at most 2");
  });

  it("draws a GPU that comes later", async () => {
    const gpu: Track = {
      name: "GPU 0",
      kind: "gpu",
      source: "H100",
      lines: [line(9, { unit: "ratio", limit: 1 })],
    };
    model.set("tracks", [...tracks, gpu]);
    await sample([12, 1, 5, 0, 0, 0, 0, 0, 0, 0.4]);
    expect(texts(".cm-what b")).toEqual(["CPU", "RAM", "GPU 0"]);
    expect(texts(".cm-now")[2]).toBe("40 % used");
  });

  it("stops, and goes on, with one button that keeps the focus", async () => {
    model.answer = (command) => {
      if (command === "stop") model.set("status", { phase: "stopped", sentence: "You stopped it." });
      if (command === "resume") model.set("status", { phase: "running", sentence: "" });
      return null;
    };
    button().focus();
    button().click();
    await settle();
    expect(button().textContent).toBe("Go on");
    expect(text(".cm-row [role=status]")).toBe("You stopped it.");
    button().click();
    await settle();
    expect(button().textContent).toBe("Stop");
    expect(document.activeElement).toBe(button());
    expect(commands()).toEqual(["seen", "stop", "resume"]);
  });

  it.each([
    ["unseen", "Go on", "stopped"],
    ["moved", "Go on here", "in another panel"],
    ["ended", "Go on", "stopped"],
  ] as const)("draws the phase %s", async (phase, name, badge) => {
    model.set("status", { phase, sentence: "Because." });
    await settle();
    expect(button().textContent).toBe(name);
    expect(text(".cm-title [role=status]")).toBe(badge);
    expect(text(".cm-row [role=status]")).toBe("Because.");
  });

  it("shows the kernel's error", async () => {
    model.answer = () => {
      throw new Error("The kernel is <b>gone</b>.");
    };
    button().click();
    await settle();
    expect(text("[role=alert]")).toBe("The kernel is <b>gone</b>.");
  });

  it("says once since when no reading has come, and no more when one comes", async () => {
    vi.setSystemTime(new Date(2026, 10, 24, 9, 12, 31));
    await sample([12, 1, 5]);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(text(".cm-title [role=status]")).toBe("no reading");
    const said = text(".cm-row [role=status]");
    expect(said).toMatch(/^No reading since .*9:12:31.*: the kernel is held up, or has ended\.$/);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(text(".cm-row [role=status]")).toBe(said);
    await sample([24, 1, 5]);
    expect(text(".cm-title [role=status]")).toBe("running");
    expect(text(".cm-row [role=status]")).toBe("");
  });

  it("tells once a minute that somebody looks, while somebody does", async () => {
    await vi.advanceTimersByTimeAsync(61_000);
    expect(commands()).toEqual(["seen", "seen"]);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(commands()).toHaveLength(2);
    vi.restoreAllMocks();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(commands()).toHaveLength(3);
  });

  it("sends one sign only to a kernel that does not answer", async () => {
    await settle();
    model.answer = undefined;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(commands()).toEqual(["seen", "seen"]);
  });

  it("leaves nothing behind", async () => {
    button().click();
    undo();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(host.childNodes).toHaveLength(0);
    expect(model.listenerCount).toBe(0);
    expect(commands()).toEqual(["seen", "stop"]);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { FakeModel } from "../shared/model.fake";
import type { Kept } from "./kept";
import panel from "./runs.panel";

const card: CardData = { title: "Runs", big: "", state: "3 runs", tone: "", parts: [] };

function run(name: string, accuracy: number | null, epochs = 3): Kept {
  const x = Array.from({ length: epochs }, (_, epoch) => epoch + 1);
  return {
    name,
    cells: [name, accuracy === null ? "" : `${accuracy} %`],
    keys: [name, accuracy],
    epochs: x,
    metrics: epochs ? { loss: x.map((at) => 1 / at), val_accuracy: x.map((at) => 1 - 1 / at) } : {},
    config: { model: name },
  };
}

function open(runs: Kept[], is_live = false) {
  const columns: [string, boolean][] = [
    ["name", false],
    ["accuracy", true],
  ];
  const model = new FakeModel({ card, columns, runs, is_live });
  const el = document.createElement("div");
  document.body.append(el);
  const close = panel.render({ model, el });
  const find = <Element extends HTMLElement>(selector: string) =>
    [...el.querySelectorAll<Element>(selector)] as Element[];
  return {
    model,
    el,
    close,
    find,
    names: () =>
      find("tbody:first-of-type tr td:nth-child(2)")
        .slice(0, model.get("runs").length)
        .map((cell) => cell.textContent),
    legend: () =>
      find(".cm-chart-legend li:not([hidden]) span:nth-child(2)").map(({ textContent }) => textContent),
    box: (name: string) => el.querySelector<HTMLInputElement>(`input[aria-label="Draw ${name}"]`),
    button: (words: string) =>
      find<HTMLButtonElement>("button").find(({ textContent }) => textContent?.startsWith(words)),
  };
}

const three = () => [run("new", 90), run("<b>old</b>", null), run("best", 98)];

describe("the panel of all runs", () => {
  afterEach(() => {
    document.body.replaceChildren();
    vi.useRealTimers();
  });

  it("draws those with curves, and names them", async () => {
    const { legend, el } = open([...three(), run("one epoch", 50, 1)]);
    await vi.waitFor(() => expect(legend()).toEqual(["new", "<b>old</b>", "best"]));
    expect(el.querySelector("td b")).toBeNull();
  });

  it("takes a run out of the chart and puts it back, its focus kept", async () => {
    const { legend, box } = open(three());
    box("new")?.focus();
    box("new")?.click();
    await vi.waitFor(() => expect(legend()).toEqual(["<b>old</b>", "best"]));
    expect(document.activeElement).toBe(box("new"));
    expect(box("new")?.checked).toBe(false);
    box("new")?.click();
    await vi.waitFor(() => expect(legend()).toEqual(["new", "<b>old</b>", "best"]));
  });

  it("is sorted by a column, up and down", () => {
    const { names, button } = open(three());
    expect(names()).toEqual(["new", "<b>old</b>", "best"]);
    button("accuracy")?.click();
    expect(names()).toEqual(["new", "best", "<b>old</b>"]);
    button("accuracy")?.focus();
    button("accuracy")?.click();
    expect(names()).toEqual(["best", "new", "<b>old</b>"]);
    expect(document.activeElement?.closest("th")?.getAttribute("aria-sort")).toBe("descending");
    expect(document.activeElement?.textContent).toBe("accuracy ↓");
  });

  it("draws the metric that is chosen", async () => {
    const { button, el } = open(three());
    expect(button("test accuracy")?.getAttribute("aria-pressed")).toBe("true");
    button("loss")?.click();
    expect(button("loss")?.getAttribute("aria-pressed")).toBe("true");
    await vi.waitFor(() =>
      expect(el.querySelector("canvas")?.getAttribute("aria-label")).toMatch(/^loss by epoch/),
    );
    expect(el.querySelectorAll("canvas")).toHaveLength(1);
  });

  it("says when no more can be drawn", () => {
    const { box, find, el } = open(Array.from({ length: 13 }, (_, number) => run(`run ${number}`, 1)));
    expect(find<HTMLInputElement>("input:checked")).toHaveLength(6);
    for (let number = 6; number < 13; number += 1) box(`run ${number}`)?.click();
    expect(find<HTMLInputElement>("input:checked")).toHaveLength(12);
    expect(el.textContent).toContain("At most 12 runs are drawn at once.");
  });

  it("tells in what the ticked ones differ", () => {
    const { el, box } = open(three());
    expect(el.textContent).toContain("In what the ticked runs differ");
    box("new")?.click();
    box("best")?.click();
    expect(el.textContent).not.toContain("In what the ticked runs differ");
  });

  it("asks again while one of them trains, and follows it", async () => {
    vi.useFakeTimers();
    const { model, names, box } = open([run("now", 10)], true);
    model.answer = () => ({});
    await vi.advanceTimersByTimeAsync(2000);
    expect(model.sent).toHaveLength(1);
    model.set("runs", [run("now", 10), run("next", 20)]);
    await vi.advanceTimersByTimeAsync(300);
    expect(names()).toEqual(["now", "next"]);
    expect(box("next")?.checked).toBe(true);
    model.set("is_live", false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(model.sent).toHaveLength(1);
  });

  it("asks no more where nobody answers", async () => {
    vi.useFakeTimers();
    const { model, el } = open([run("now", 10)], true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(model.sent).toHaveLength(1);
    expect(el.textContent).toContain("The kernel did not answer");
  });

  it("has nothing to draw where there is no run", () => {
    const { el } = open([]);
    expect(el.querySelector("table")).toBeNull();
    expect(el.querySelector(".cm-failure")).toBeNull();
  });

  it("leaves nothing behind", () => {
    const { model, el, close } = open(three());
    close();
    expect(el.childElementCount).toBe(0);
    expect(model.listenerCount).toBe(0);
  });
});

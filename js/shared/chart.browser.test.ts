import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Chart, type ChartOptions, lineChart } from "./chart";
import { h, styleSheet } from "./dom";
import { themeChanged } from "./theme";
import theme from "./theme.css";

const series = [
  { name: "loss", color: "--cm-loss" },
  { name: "validation loss", color: "--cm-accuracy", dashed: true },
] as const;

let root: HTMLElement;
let chart: Chart;

beforeEach(() => {
  root = h("div.cm-root", styleSheet(theme));
  root.style.width = "600px";
  document.body.replaceChildren(root);
});
afterEach(() => chart.destroy());

function make(options: Partial<ChartOptions> = {}): void {
  chart = lineChart(root, { series, xLabel: "epoch", yLabel: "loss", ...options });
}

async function settled(): Promise<void> {
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
}

async function show(...ys: (number | null)[][]): Promise<void> {
  chart.update(ys.map((y) => ({ x: y.map((_, index) => index + 1), y })));
  await settled();
}

function find<Found extends Element = HTMLElement>(selector: string): Found {
  const found = root.querySelector<Found>(selector);
  if (!found) throw new Error(`Nothing matches ${selector}.`);
  return found;
}

/** The columns, as a share of the canvas' width, in which a series has left ink. */
function inkColumns(index: number): number[] {
  const swatch = root.querySelectorAll(".cm-chart-swatch")[index] as Element;
  const [red = 0, green = 0, blue = 0] = getComputedStyle(swatch).color.match(/\d+/g)?.map(Number) ?? [];
  const canvas = find<HTMLCanvasElement>("canvas");
  const ink = canvas.getContext("2d") as CanvasRenderingContext2D;
  const { data, width, height } = ink.getImageData(0, 0, canvas.width, canvas.height);
  const columns: number[] = [];
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      const at = 4 * (y * width + x);
      const near = (channel: number, value: number) => Math.abs((data[at + channel] ?? 0) - value) < 12;
      if (near(0, red) && near(1, green) && near(2, blue) && near(3, 255)) {
        columns.push(x / width);
        break;
      }
    }
  }
  return columns;
}

function legend(): string[] {
  return [...root.querySelectorAll("output")].map((output) => output.textContent ?? "");
}

function press(key: string): void {
  find("[role=slider]").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function button(name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  if (!found) throw new Error(`No button ${name}.`);
  return found;
}

describe("drawing", () => {
  it("draws each series in its own colour over the whole width", async () => {
    make();
    await show([3, 2, 1, 0.5], [3.5, 2.5, 2, 1.8]);
    for (const index of [0, 1]) {
      const columns = inkColumns(index);
      expect(columns[0]).toBeLessThan(0.15);
      expect(columns.at(-1)).toBeGreaterThan(0.9);
    }
  });

  it("breaks the line at missing values, and shows a lonely point", async () => {
    make();
    await show([1, 1, null, 1, Number.NaN, 1, 1]);
    const inside = inkColumns(0).filter((place) => place > 0.28 && place < 0.47);
    expect(inside).toEqual([]);
    expect(inkColumns(0).some((place) => place > 0.48 && place < 0.58)).toBe(true);
  });

  it("draws the first point alone", async () => {
    make();
    await show([0.7]);
    expect(inkColumns(0).length).toBeGreaterThan(2);
  });

  it("draws a hundred thousand points of each series within a few frames", async () => {
    make();
    const x = Array.from({ length: 100_000 }, (_, index) => index);
    chart.update(series.map((_, index) => ({ x, y: x.map((value) => Math.sin(value / 9000 + index)) })));
    await settled();
    expect(inkColumns(0).length).toBeGreaterThan(300);
  });

  it("uses the pixels that the screen has", async () => {
    vi.stubGlobal("devicePixelRatio", 2);
    make();
    await show([1, 2]);
    const canvas = find<HTMLCanvasElement>("canvas");
    expect(canvas.width).toBe(2 * canvas.clientWidth);
    vi.unstubAllGlobals();
  });

  it("is drawn anew when its width changes", async () => {
    make();
    await show([1, 2]);
    root.style.width = "400px";
    await vi.waitFor(() => expect(find<HTMLCanvasElement>("canvas").width).toBe(400 * devicePixelRatio));
    await vi.waitFor(() => expect(inkColumns(0).length).toBeGreaterThan(100));
  });

  it("takes the colours of a new theme", async () => {
    make();
    await show([1, 2]);
    root.classList.add("cm-dark");
    expect(inkColumns(0)).toEqual([]);
    window.dispatchEvent(new Event(themeChanged));
    await settled();
    expect(inkColumns(0).length).toBeGreaterThan(100);
  });

  it("takes them also where the page is hidden until the next frame, as in JupyterLab", async () => {
    make();
    await show([1, 2]);
    await new Promise((resolve) => setTimeout(resolve)); // all that follows is between two frames
    chart.update([{ x: [1, 2], y: [1, 2] }]);
    root.hidden = true;
    root.classList.add("cm-dark");
    requestAnimationFrame(() => {
      root.hidden = false;
    });
    window.dispatchEvent(new Event(themeChanged));
    await settled();
    expect(inkColumns(0).length).toBeGreaterThan(100);
  });

  it("comes back after the notebook took it off the page and dropped its pixels", async () => {
    make();
    await show([1, 2]);
    root.remove();
    find<HTMLCanvasElement>("canvas").width = 10;
    await settled();
    document.body.append(root);
    await vi.waitFor(() => expect(inkColumns(0).length).toBeGreaterThan(100));
  });

  it("draws nothing but axes before there are values", async () => {
    make();
    await settled();
    expect(inkColumns(0)).toEqual([]);
    expect(find("canvas").getAttribute("aria-label")).toBe("loss by epoch. No values yet.");
    press("ArrowLeft");
    expect(legend()).toEqual(["–", "–", "–"]);
  });
});

describe("reading", () => {
  it("shows the latest values at rest, in the legend and to a screen reader", async () => {
    make();
    await show([3, 2, 0.25], [3, 2.5, 2]);
    expect(legend()).toEqual(["3", "0.25", "2"]);
    expect(find("canvas").getAttribute("aria-label")).toBe(
      "loss by epoch. epoch 3: loss 0.25, validation loss 2.",
    );
  });

  it("reads the point under the pointer, and lets go of it", async () => {
    make();
    await show([3, 2, 0.25], [3, 2.5, 2]);
    const slider = find("[role=slider]");
    const { left, top, width } = slider.getBoundingClientRect();
    slider.dispatchEvent(
      new PointerEvent("pointermove", { clientX: left + width * 0.5, clientY: top + 50, bubbles: true }),
    );
    await settled();
    expect(legend()).toEqual(["2", "2", "2.5"]);
    slider.dispatchEvent(new PointerEvent("pointerleave"));
    await settled();
    expect(legend()).toEqual(["3", "0.25", "2"]);
  });

  it.each([
    [["ArrowLeft"], "5"],
    [["ArrowLeft", "ArrowLeft"], "4"],
    [["Home"], "1"],
    [["Home", "ArrowLeft"], "1"],
    [["Home", "ArrowRight"], "2"],
    [["Home", "End"], "5"],
    [["End", "PageDown"], "4"],
    [["Home", "Escape"], "5"],
  ])("keys %s lead to epoch %s", async (keys, epoch) => {
    make();
    await show([5, 4, 3, 2, 1]);
    for (const key of keys) press(key);
    await settled();
    expect(legend()[0]).toBe(epoch);
    expect(find("[role=slider]").getAttribute("aria-valuetext")).toContain(`epoch ${epoch}: loss`);
  });

  it("takes the latest value where series have different x, and says nothing for a gap", async () => {
    make();
    chart.update([
      { x: [0, 1, 2, 3], y: [4, 3, null, 1] },
      { x: [1, 3], y: [3.5, 1.5] },
    ]);
    press("Home");
    await settled();
    expect(legend()).toEqual(["0", "4", "–"]);
    press("ArrowRight");
    press("ArrowRight");
    await settled();
    expect(legend()).toEqual(["2", "–", "3.5"]);
  });

  it("keeps its place while values stream in", async () => {
    make();
    await show([3, 2]);
    press("Home");
    await show([3, 2, 1, 0.5]);
    expect(legend()[0]).toBe("1");
  });

  it("speaks in the units it was given", async () => {
    make({ formatX: (value) => `${value} s`, formatY: (value) => `${value * 100} %` });
    await show([0.5]);
    expect(legend().slice(0, 2)).toEqual(["1 s", "50 %"]);
  });
});

describe("toggles", () => {
  it("smooths: the true line stays, faint, under the smooth one", async () => {
    make({ series: series.slice(0, 1) });
    await show(Array.from({ length: 400 }, (_, index) => index % 2));
    const full = inkColumns(0).length;
    button("Smooth").click();
    await settled();
    expect(button("Smooth").getAttribute("aria-pressed")).toBe("true");
    expect(inkColumns(0).length).toBeGreaterThan(0.9 * full);
    expect(legend()[1]).toBe("1");
  });

  it("leaves what has no logarithm out of a log scale, and stays linear where nothing has one", async () => {
    make();
    await show([100, 10, 0, 1, 0.1]);
    button("Log scale").click();
    await settled();
    expect(inkColumns(0).filter((place) => place > 0.35 && place < 0.65)).toEqual([]);
    await show([-1, -2, -3]);
    expect(inkColumns(0).length).toBeGreaterThan(100);
  });

  it("are absent where not wanted", () => {
    make({ toggles: false });
    expect(root.querySelector("button")).toBeNull();
  });
});

it("keeps its height while values come", async () => {
  make();
  await settled();
  const { height } = chart.element.getBoundingClientRect();
  await show([123.456, 0.00001], [5, 6]);
  press("Home");
  for (const name of ["Log scale", "Smooth"]) button(name).click();
  await settled();
  expect(chart.element.getBoundingClientRect().height).toBe(height);
});

it("leaves nothing behind", async () => {
  make();
  await show([1, 2]);
  const canvas = find<HTMLCanvasElement>("canvas");
  chart.destroy();
  expect(root.querySelector(".cm-chart")).toBeNull();
  canvas.width = 7;
  window.dispatchEvent(new Event(themeChanged));
  await settled();
  expect(canvas.width).toBe(7);
});

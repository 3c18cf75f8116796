/** One line chart on a canvas, whose legend is also its read-out, so that nothing floats and nothing jumps. */
import { type AxesOptions, drawAxes, type Frame, type SeriesData } from "./axes";
import css from "./chart.css";
import { toggle } from "./controls";
import { h, set, styleSheet } from "./dom";
import { decimal } from "./format";
import { coalesce } from "./frame";
import { dot, line, strokePoints } from "./ink";
import * as scale from "./scale";
import { themeChanged } from "./theme";

export type { SeriesData };

export interface Series {
  /** Without one, and without one in its data, it is not in the legend. */
  name: string;
  color: `--cm-${string}`;
  dashed?: boolean;
}

export interface ChartOptions extends AxesOptions {
  series: readonly Series[];
  /** Buttons for a log scale and for smoothing; shown unless false. */
  toggles?: boolean;
}

export interface Chart {
  readonly element: HTMLElement;
  update(data: readonly SeriesData[]): void;
  destroy(): void;
}

const smoothing = 0.8;
const empty: SeriesData = { x: [], y: [] };

export function lineChart(container: HTMLElement, options: ChartOptions): Chart {
  const { series, xLabel, yLabel, formatX = decimal, formatY = decimal } = options;
  const life = new AbortController();
  const { signal } = life;
  const request = coalesce(draw, signal);

  let data: readonly SeriesData[] = [];
  let frame: Frame | undefined;
  let cursor: number | null = null;

  const swatches = series.map(({ color, dashed }) =>
    h("span", {
      class: `cm-chart-swatch${dashed ? " cm-dashed" : ""}`,
      style: { "--cm-swatch": `var(${color})` },
    }),
  );
  const labels = series.map(({ name }) => h("span", name));
  const outputs = series.map(() => h("output", { "aria-live": "off" }));
  const position = h("output", { "aria-live": "off" });
  const log = toggle("Log scale", () => request());
  const smooth = toggle("Smooth", () => request());
  const canvas = h("canvas", { role: "img" });
  const slider = h("div.cm-chart-cursor", {
    role: "slider",
    tabindex: 0,
    "aria-label": `Read ${yLabel} at ${xLabel}`,
    onPointermove: ({ offsetX }) => {
      const { x } = longest();
      if (frame && x.length > 0) moveTo(scale.nearestIndex(x, frame.fromX(offsetX)));
    },
    onPointerleave: clearCursor,
    onBlur: clearCursor,
    onKeydown: (event) => {
      if (moveByKey(event.key)) event.preventDefault();
    },
  });
  const plot = h("div.cm-chart-plot", canvas, slider);
  const element = h(
    "figure.cm-chart",
    styleSheet(css),
    h(
      "div.cm-chart-head",
      h(
        "ul.cm-chart-legend",
        h("li", xLabel, position),
        series.map((_, index) => h("li", swatches[index], labels[index], outputs[index])),
      ),
      options.toggles !== false && h("div.cm-row", log, smooth),
    ),
    plot,
  );
  container.append(element);

  // A notebook that scrolls a cell out of sight may drop what its canvases hold.
  const resized = new ResizeObserver(request);
  resized.observe(plot);
  const seen = new IntersectionObserver(request);
  seen.observe(plot);
  // JupyterLab hides its page until the next frame, and what waits already is drawn before that.
  window.addEventListener(themeChanged, () => requestAnimationFrame(request), { signal });
  document.addEventListener("visibilitychange", request, { signal });
  window.addEventListener("resize", request, { signal });
  canvas.addEventListener("contextrestored", request, { signal });
  request();

  function of(index: number): SeriesData {
    return data[index] ?? empty;
  }

  function longest(): SeriesData {
    return data.reduce((best, each) => (each.x.length > best.x.length ? each : best), empty);
  }

  function moveTo(index: number): void {
    cursor = longest().x[index] ?? null;
    request();
  }

  function clearCursor(): void {
    cursor = null;
    request();
  }

  function moveByKey(key: string): boolean {
    const { x } = longest();
    const last = x.length - 1;
    if (last < 0) return false;
    const here = cursor === null ? last : scale.nearestIndex(x, cursor);
    const page = Math.max(1, Math.round(x.length / 10));
    const places: Record<string, number> = {
      ArrowLeft: cursor === null ? last : here - 1,
      ArrowRight: cursor === null ? last : here + 1,
      PageDown: here - page,
      PageUp: here + page,
      Home: 0,
      End: last,
    };
    if (key === "Escape" && cursor !== null) clearCursor();
    else if (places[key] === undefined) return false;
    else moveTo(Math.min(last, Math.max(0, places[key])));
    return true;
  }

  /** The value a series had at x: its latest at or before it. */
  function reading(index: number, at: number): string {
    const { x, y } = of(index);
    const value = y[scale.indexAtOrBefore(x, at)];
    return scale.isNumber(value) ? formatY(value) : "–";
  }

  function describe(): void {
    const { x } = longest();
    const at = cursor ?? x.at(-1) ?? Number.NaN;
    const read = series.map((_, index) => reading(index, cursor ?? Number.POSITIVE_INFINITY));
    const place = x.length > 0 ? formatX(at) : "–";
    const names = series.map(({ name }, index) => of(index).name ?? name);
    const values = names.flatMap((name, index) => (name ? [`${name} ${read[index]}`] : [])).join(", ");
    for (const [index, label] of labels.entries()) {
      label.textContent = names[index] ?? "";
      (label.parentElement as HTMLElement).hidden = !names[index];
    }
    position.textContent = place;
    for (const [index, output] of outputs.entries()) output.textContent = read[index] ?? "";
    set(canvas, {
      "aria-label": `${yLabel} by ${xLabel}. ${x.length > 0 ? `${xLabel} ${place}: ${values}.` : "No values yet."}`,
    });
    set(slider, {
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(0, x.length - 1),
      "aria-valuenow": Math.max(0, scale.nearestIndex(x, at)),
      "aria-valuetext": `${xLabel} ${place}: ${values}`,
    });
  }

  function draw(): void {
    describe();
    const { clientWidth: width, clientHeight: height } = plot;
    const ink = canvas.getContext("2d");
    if (!ink || width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    ink.scale(ratio, ratio);
    const style = getComputedStyle(plot);
    ink.font = `${style.fontSize} ${style.fontFamily}`;
    ink.fillStyle = style.color;
    ink.strokeStyle = style.borderTopColor;
    const shown = series.map((_, index) => of(index));
    frame = drawAxes(ink, { width, height }, shown, options, isOn(log));
    for (const [index, swatch] of swatches.entries()) {
      ink.strokeStyle = ink.fillStyle = getComputedStyle(swatch).color;
      drawSeries(ink, frame, index);
    }
    if (cursor !== null) {
      ink.strokeStyle = style.color;
      line(ink, frame.toX(cursor), frame.top, frame.toX(cursor), frame.bottom);
    }
  }

  function drawSeries(ink: CanvasRenderingContext2D, frame: Frame, index: number): void {
    const { x, y: values } = of(index);
    const y = values.map((value) => (frame.drawable(value) ? value : null));
    ink.save();
    ink.beginPath();
    ink.rect(frame.left, frame.top - 4, frame.right - frame.left + 4, frame.bottom - frame.top + 8);
    ink.clip();
    ink.setLineDash(series[index]?.dashed ? [5, 4] : []);
    ink.lineJoin = "round";
    if (isOn(smooth)) {
      ink.globalAlpha = 0.3;
      ink.lineWidth = 1;
      strokePoints(ink, frame, x, y);
      ink.globalAlpha = 1;
    }
    ink.lineWidth = 2;
    strokePoints(ink, frame, x, isOn(smooth) ? scale.smooth(y, smoothing) : y);
    const at = cursor === null ? null : y[scale.indexAtOrBefore(x, cursor)];
    if (cursor !== null && scale.isNumber(at)) dot(ink, frame.toX(cursor), frame.toY(at), 4);
    ink.restore();
  }

  return {
    element,
    update(next) {
      data = next;
      request();
    },
    destroy() {
      life.abort();
      resized.disconnect();
      seen.disconnect();
      element.remove();
    },
  };
}

function isOn(button: HTMLElement): boolean {
  return button.getAttribute("aria-pressed") === "true";
}

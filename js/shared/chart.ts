/** One line chart on a canvas, whose legend is also its read-out, so that nothing floats and nothing jumps. */
import css from "./chart.css";
import { h, styleSheet } from "./dom";
import { decimal } from "./format";
import { coalesce } from "./frame";
import * as scale from "./scale";
import { themeChanged } from "./theme";

export interface Series {
  name: string;
  color: `--cm-${string}`;
  dashed?: boolean;
}

/** x rises; a null or NaN in y breaks the line. */
export interface SeriesData {
  x: readonly number[];
  y: scale.Values;
}

export interface ChartOptions {
  series: readonly Series[];
  xLabel: string;
  yLabel: string;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  /** Fixed ends of the y axis, for what has natural ones, such as a ratio. */
  yMin?: number;
  yMax?: number;
  /** Buttons for a log scale and for smoothing; shown unless false. */
  toggles?: boolean;
}

export interface Chart {
  readonly element: HTMLElement;
  update(data: readonly SeriesData[]): void;
  destroy(): void;
}

interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  toX(value: number): number;
  toY(value: number): number;
  fromX(pixel: number): number;
  drawable(value: number | null | undefined): value is number;
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
  const outputs = series.map(() => h("output", { "aria-live": "off" }));
  const position = h("output", { "aria-live": "off" });
  const log = toggle("Log scale");
  const smooth = toggle("Smooth");
  const canvas = h("canvas", { role: "img" });
  const slider = h("div", {
    class: "cm-chart-cursor",
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
  const plot = h("div", { class: "cm-chart-plot" }, canvas, slider);
  const element = h(
    "figure",
    { class: "cm-chart" },
    styleSheet(css),
    h(
      "div",
      { class: "cm-chart-head" },
      h(
        "ul",
        { class: "cm-chart-legend" },
        h("li", {}, xLabel, position),
        series.map(({ name }, index) => h("li", {}, swatches[index], name, outputs[index])),
      ),
      options.toggles !== false && h("div", { class: "cm-row" }, log, smooth),
    ),
    plot,
  );
  container.append(element);

  // A notebook that scrolls a cell out of sight may drop what its canvases hold.
  const resized = new ResizeObserver(request);
  resized.observe(plot);
  const seen = new IntersectionObserver(request);
  seen.observe(plot);
  window.addEventListener(themeChanged, request, { signal });
  document.addEventListener("visibilitychange", request, { signal });
  window.addEventListener("resize", request, { signal });
  canvas.addEventListener("contextrestored", request, { signal });
  request();

  function toggle(name: string): HTMLButtonElement {
    return h(
      "button",
      {
        class: "cm-button",
        type: "button",
        "aria-pressed": false,
        onClick: ({ currentTarget }) => {
          const button = currentTarget as HTMLElement;
          button.setAttribute("aria-pressed", String(!isOn(button)));
          request();
        },
      },
      name,
    );
  }

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
    const values = series.map(({ name }, index) => `${name} ${read[index]}`).join(", ");
    position.textContent = place;
    for (const [index, output] of outputs.entries()) output.textContent = read[index] ?? "";
    canvas.setAttribute(
      "aria-label",
      `${yLabel} by ${xLabel}. ${x.length > 0 ? `${xLabel} ${place}: ${values}.` : "No values yet."}`,
    );
    slider.setAttribute("aria-valuemin", "0");
    slider.setAttribute("aria-valuemax", String(Math.max(0, x.length - 1)));
    slider.setAttribute("aria-valuenow", String(Math.max(0, scale.nearestIndex(x, at))));
    slider.setAttribute("aria-valuetext", `${xLabel} ${place}: ${values}`);
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
    frame = drawAxes(ink, width, height);
    for (const [index, swatch] of swatches.entries()) {
      ink.strokeStyle = ink.fillStyle = getComputedStyle(swatch).color;
      drawSeries(ink, frame, index);
    }
    if (cursor !== null) {
      ink.strokeStyle = style.color;
      line(ink, frame.toX(cursor), frame.top, frame.toX(cursor), frame.bottom);
    }
  }

  function drawAxes(ink: CanvasRenderingContext2D, width: number, height: number): Frame {
    const row = 16;
    const shown = series.map((_, index) => of(index));
    const positive = (value: number) => value > 0;
    const positives = isOn(log)
      ? scale.extent(
          shown.map(({ y }) => y),
          positive,
        )
      : null;
    const x = scale.extent(shown.map((each) => each.x)) ?? [0, 1];
    const xRange = x[0] < x[1] ? x : scale.padded(x);
    const found = positives ?? scale.extent(shown.map(({ y }) => y)) ?? [0, 1];
    const project = positives ? Math.log10 : (value: number) => value;
    const [low, high] = scale.padded([project(found[0]), project(found[1])]);
    const yRange: scale.Range = positives
      ? [low, high]
      : [options.yMin ?? low, Math.max(options.yMax ?? high, options.yMin ?? low)];

    const top = row * 1.5;
    const bottom = height - row * 2;
    const yTarget = Math.max(2, Math.floor((bottom - top) / 28));
    const yTicks = positives
      ? scale.logTicks([10 ** low, 10 ** high], yTarget)
      : scale.ticks(yRange, yTarget);
    // Whole steps of width keep the plot still while the labels gain and lose a digit.
    const widest = Math.max(...yTicks.map((tick) => ink.measureText(formatY(tick)).width), 0);
    const left = Math.max(32, Math.ceil((widest + 8) / 16) * 16);
    const right = width - 16;

    const toX = (value: number) => left + ((value - xRange[0]) / (xRange[1] - xRange[0])) * (right - left);
    const toY = (value: number) =>
      bottom - ((project(value) - yRange[0]) / (yRange[1] - yRange[0] || 1)) * (bottom - top);

    ink.lineWidth = 1;
    ink.textBaseline = "middle";
    ink.textAlign = "right";
    for (const tick of yTicks) {
      const y = Math.round(toY(tick)) + 0.5;
      line(ink, left, y, right, y);
      ink.fillText(formatY(tick), left - 6, y);
    }
    ink.textAlign = "center";
    const whole = shown.every((each) => each.x.every(Number.isInteger)) ? 1 : 0;
    for (const tick of scale.ticks(xRange, Math.max(2, Math.floor((right - left) / 70)), whole)) {
      const place = Math.round(toX(tick)) + 0.5;
      line(ink, place, bottom, place, bottom + 4);
      ink.fillText(formatX(tick), place, bottom + row * 0.75);
    }
    line(ink, left, bottom + 0.5, right, bottom + 0.5);
    ink.fillText(xLabel, (left + right) / 2, height - row / 2);
    ink.textAlign = "left";
    ink.fillText(yLabel, 0, row / 2);

    return {
      left,
      top,
      right,
      bottom,
      toX,
      toY,
      fromX: (pixel) => xRange[0] + ((pixel - left) / (right - left)) * (xRange[1] - xRange[0]),
      drawable: (value): value is number => scale.isNumber(value) && (!positives || value > 0),
    };
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

function strokePoints(
  ink: CanvasRenderingContext2D,
  { toX, toY }: Frame,
  x: readonly number[],
  y: scale.Values,
): void {
  const kept = scale.decimate(x, y, (value) => Math.floor(toX(value)));
  ink.beginPath();
  let pen = false;
  for (const [place, index] of kept.entries()) {
    if (index === scale.gap) {
      pen = false;
      continue;
    }
    const px = toX(x[index] as number);
    const py = toY(y[index] as number);
    if (pen) ink.lineTo(px, py);
    else ink.moveTo(px, py);
    const isAlone = !pen && (kept[place + 1] ?? scale.gap) === scale.gap;
    if (isAlone) dot(ink, px, py, 2.5);
    pen = true;
  }
  ink.stroke();
}

function dot(ink: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  const circle = new Path2D();
  circle.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fill(circle);
}

function line(ink: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  ink.beginPath();
  ink.moveTo(fromX, fromY);
  ink.lineTo(toX, toY);
  ink.stroke();
}

/** The axes of a chart on a canvas: their ticks and labels, and where a value stands between them. */
import { decimal } from "./format";
import { line } from "./ink";
import * as scale from "./scale";

/** x rises; a null or NaN in y breaks the line. */
export interface SeriesData {
  x: readonly number[];
  y: scale.Values;
  /** In the place of the one that the series has. */
  name?: string;
}

export interface AxesOptions {
  xLabel: string;
  yLabel: string;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  /** Fixed ends of the y axis, for what has natural ones, such as a ratio. */
  yMin?: number;
  yMax?: number;
}

export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  toX(value: number): number;
  toY(value: number): number;
  fromX(pixel: number): number;
  drawable(value: number | null | undefined): value is number;
}

export function drawAxes(
  ink: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  shown: readonly SeriesData[],
  options: AxesOptions,
  isLog: boolean,
): Frame {
  const { xLabel, yLabel, formatX = decimal, formatY = decimal } = options;
  const row = 16;
  const positive = (value: number) => value > 0;
  const positives = isLog
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
  const yTicks = positives ? scale.logTicks([10 ** low, 10 ** high], yTarget) : scale.ticks(yRange, yTarget);
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

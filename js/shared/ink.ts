/** Marks on a canvas. */
import * as scale from "./scale";

export function strokePoints(
  ink: CanvasRenderingContext2D,
  { toX, toY }: { toX(value: number): number; toY(value: number): number },
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

export function dot(ink: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  const circle = new Path2D();
  circle.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fill(circle);
}

export function line(
  ink: CanvasRenderingContext2D,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  ink.beginPath();
  ink.moveTo(fromX, fromY);
  ink.lineTo(toX, toY);
  ink.stroke();
}

/** A line of the last minutes, as an SVG that stretches with its cell and takes its colour from the style sheet. */
import { svg } from "../shared/svg";
import { type Line, type Row, spanOf, tick, value } from "./readings";

const width = 300;
const height = 40;
const margin = 2; // so that a line along an edge is drawn whole
const longestStep = 3; // seconds: after more there is a gap

export interface Sparkline {
  element: SVGSVGElement;
  /** `scales` has the top of the axis for each line. */
  update(rows: readonly Row[], scales: readonly number[]): void;
  describe(text: string): void;
}

export function sparkline(lines: readonly Line[]): Sparkline {
  const element = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    role: "img",
  });
  const paths = lines.map(() => svg("path", { "vector-effect": "non-scaling-stroke" }));
  element.append(...paths);
  return {
    element,
    update(rows, scales) {
      lines.forEach((line, index) => {
        paths[index]?.setAttribute("d", pathOf(rows, line, scales[index] ?? 0));
      });
    },
    describe(text) {
      element.setAttribute("aria-label", text);
    },
  };
}

/** The newest row is at the right edge; a missing number, and a time without readings, leave a gap. */
export function pathOf(rows: readonly Row[], line: Line, top: number): string {
  const end = tick(rows.at(-1));
  const span = spanOf(rows);
  let path = "";
  let before: number | null = null;
  for (const row of rows) {
    const number = value(row, line);
    if (number === null) {
      before = null;
      continue;
    }
    const isNew = before === null || tick(row) - before > longestStep;
    const x = round(width * (1 - (end - tick(row)) / span));
    const y = round(height - margin - (height - 2 * margin) * Math.min(Math.max(number / top, 0), 1));
    path += isNew ? `M${x} ${y}h0` : `L${x} ${y}`; // h0: a point that stays alone is a dot
    before = tick(row);
  }
  return path;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** A tiny histogram for a cell of a table, which takes its colour from the style sheet. */
import { svg } from "./svg";

const step = 6;
const tallest = 8;

/** `heights` are 0 to 8. */
export function bars(heights: readonly number[]): SVGSVGElement {
  const element = svg("svg", {
    class: "cm-bars",
    viewBox: `0 0 ${step * heights.length} ${tallest}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  element.append(svg("path", { d: heights.map(bar).join("") }));
  return element;
}

function bar(height: number, place: number): string {
  const tall = Math.min(Math.max(Number(height) || 0, 0), tallest);
  return `M${step * place} ${tallest}v-${tall}h${step - 1}v${tall}z`;
}

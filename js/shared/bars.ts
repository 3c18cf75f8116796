/** A tiny histogram for a cell of a table, which takes its colour from the style sheet. */

const step = 6;
const tallest = 8;
const namespace = "http://www.w3.org/2000/svg";

/** `heights` are 0 to 8. */
export function bars(heights: readonly number[]): SVGSVGElement {
  const element = document.createElementNS(namespace, "svg");
  element.setAttribute("class", "cm-bars");
  element.setAttribute("viewBox", `0 0 ${step * heights.length} ${tallest}`);
  element.setAttribute("preserveAspectRatio", "none");
  element.setAttribute("aria-hidden", "true");
  const path = element.appendChild(document.createElementNS(namespace, "path"));
  path.setAttribute("d", heights.map(bar).join(""));
  return element;
}

function bar(height: number, place: number): string {
  const tall = Math.min(Math.max(Number(height) || 0, 0), tallest);
  return `M${step * place} ${tallest}v-${tall}h${step - 1}v${tall}z`;
}

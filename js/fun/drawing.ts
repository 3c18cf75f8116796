/** A pet made of the shapes that Python has: a fill, a path, and how far it swings around which point. */
import { svg } from "../shared/svg";

/** `fill` is a colour, or a name that the style sheet has one for. */
export type Shape = readonly [fill: string, path: string, swing: number, x: number, y: number];

export interface Drawing {
  element: SVGSVGElement;
  /** Takes -1 to 1. */
  swing(by: number): void;
}

export function drawPet(shapes: readonly Shape[]): Drawing {
  const element = svg("svg", { viewBox: "0 0 64 44" });
  const paths = shapes.map(([fill, d]) => element.appendChild(svg("path", { fill, d })));
  return {
    element,
    swing(by) {
      for (const [index, [, , swing, x, y]] of shapes.entries()) {
        if (swing) paths[index]?.setAttribute("transform", `rotate(${swing * by} ${x} ${y})`);
      }
    },
  };
}

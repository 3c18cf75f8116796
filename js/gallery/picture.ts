/** Pictures on canvases: cut out of an atlas, or decoded on their own. */
import { h } from "../shared/dom";
import type { Item, Tile } from "./items";

/** Larger pictures are photographs: they are smoothed, and not shown pixel by pixel. */
const smoothFrom = 48;

export interface Cut {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function decode(file: DataView): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([file as DataView<ArrayBuffer>]));
}

/** Where the picture at `place` lies in the atlas. */
export function cutOf(place: number, { width, height }: Pick<Item, "width" | "height">, tile: Tile): Cut {
  const x = (place % tile.columns) * tile.width;
  const y = Math.floor(place / tile.columns) * tile.height;
  return { x, y, width, height };
}

/** An empty canvas of `width` by `height` pixels, hidden from screen readers: captions say what it shows. */
export function canvasFor({ width, height }: Pick<Item, "width" | "height">): HTMLCanvasElement {
  const smooth = Math.max(width, height) >= smoothFrom;
  return h("canvas", {
    class: smooth ? "cm-picture cm-smooth" : "cm-picture",
    width,
    height,
    "aria-hidden": true,
  });
}

export function paint(canvas: HTMLCanvasElement, sheet: ImageBitmap, { x, y, width, height }: Cut): void {
  canvas.getContext("2d")?.drawImage(sheet, x, y, width, height, 0, 0, width, height);
}

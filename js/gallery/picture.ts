/** Pictures on canvases: cut out of an atlas, or on their own. */
import { h } from "../shared/dom";
import type { Item, Tile } from "./items";

/** Larger pictures are photographs: they are smoothed, and not shown pixel by pixel. */
const smoothFrom = 48;

export type Sheet = ImageBitmap | HTMLCanvasElement;

export interface Cut {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function decode(file: DataView): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([file as DataView<ArrayBuffer>]));
}

/** A sheet of its pixels: there at once, where a file must be decoded, which on a busy page takes long. */
export function unpack(pixels: DataView, { channels, columns, width }: Tile): HTMLCanvasElement {
  const sheet = h("canvas", {
    width: columns * width,
    height: pixels.byteLength / (channels * columns * width),
  });
  const ink = sheet.getContext("2d");
  const image = ink?.createImageData(sheet.width, sheet.height);
  for (let at = 0; image && at < image.data.length; at += 1) {
    const channel = at % 4;
    image.data[at] =
      channel > 2 ? 255 : pixels.getUint8((at >> 2) * channels + Math.min(channel, channels - 1));
  }
  if (image) ink?.putImageData(image, 0, 0);
  return sheet;
}

/** Where the picture at `place` lies in the atlas. */
export function cutOf(place: number, { width, height }: Pick<Item, "width" | "height">, tile: Tile): Cut {
  const x = (place % tile.columns) * tile.width;
  const y = Math.floor(place / tile.columns) * tile.height;
  return { x, y, width, height };
}

/** An empty canvas of `width` by `height` pixels, hidden from screen readers: captions say what it shows. */
export function canvasFor({ width, height }: Pick<Item, "width" | "height">): HTMLCanvasElement {
  return h("canvas", {
    class: isSmooth(width, height) ? "cm-picture cm-smooth" : "cm-picture",
    width,
    height,
    "aria-hidden": true,
  });
}

/** Paints a cut of `sheet` in the middle of `box`, as large as fits. */
export function paint(
  canvas: HTMLCanvasElement,
  sheet: Sheet,
  { x, y, width, height }: Cut,
  box: Cut = { x: 0, y: 0, width: canvas.width, height: canvas.height },
): void {
  const ink = canvas.getContext("2d");
  if (!ink) return;
  const ratio = Math.min(box.width / width, box.height / height);
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  ink.imageSmoothingEnabled = isSmooth(width, height);
  ink.drawImage(
    sheet,
    x,
    y,
    width,
    height,
    Math.round(box.x + (box.width - wide) / 2),
    Math.round(box.y + (box.height - high) / 2),
    wide,
    high,
  );
}

function isSmooth(width: number, height: number): boolean {
  return Math.max(width, height) >= smoothFrom;
}

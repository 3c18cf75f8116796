/** Where the keys lead in a grid of pictures, and how many of them fit. */

export interface Layout {
  count: number;
  columns: number;
  /** Rows on one screen. */
  rows: number;
  /** Have the pictures no captions? */
  isBare?: boolean;
}

/** The new place for a key, or undefined where the key is not ours. */
export function move(key: string, place: number, { count, columns, rows }: Layout): number | undefined {
  const last = count - 1;
  const screen = rows * columns;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, place - 1);
    case "ArrowRight":
      return Math.min(last, place + 1);
    case "ArrowUp":
      return place < columns ? place : place - columns;
    case "ArrowDown":
      return place + columns > last ? place : place + columns;
    case "PageUp":
      return place < screen ? place % columns : place - screen;
    case "PageDown":
      return Math.min(last, place + screen);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}

export const densities = ["large", "medium", "small"] as const;
export type Density = (typeof densities)[number];

/** Pixels. */
const cellWidths = { large: 136, medium: 112, small: 48 };
const rowsOf = { large: 3, medium: 4, small: 8 };
const gap = 8;
const besideFrom = 720;
const besideWidth = 344;

/** Is there room for a closer look beside the pictures? Widths are in pixels. */
export function hasRoomBeside(width: number): boolean {
  return width >= besideFrom;
}

/** Up to nine large pictures are the three by three that every tutorial shows; others fill the width, in pixels. */
export function layoutFor(width: number, density: Density, size: number): Omit<Layout, "count"> {
  if (density === "large") {
    const columns = Math.min(3, size);
    return { columns, rows: Math.ceil(Math.min(9, size) / columns) };
  }
  const room = hasRoomBeside(width) ? width - besideWidth : width;
  const fitting = Math.floor((room + gap) / (cellWidths[density] + gap));
  return { columns: Math.max(3, Math.min(40, fitting)), rows: rowsOf[density], isBare: density === "small" };
}

/** Browsers end elements that are taller, in pixels; a longer way is scrolled in larger steps. */
export const tallest = 8_000_000;

/**
 * How tall the scrolled element is, where it is scrolled to for `top` to be at its top, and where `top` gets when it is
 * scrolled: by less than a screen as many pixels, else as much of the whole way of `height` as of the element's own.
 */
export function scale(height: number, screen: number) {
  const shown = Math.min(height, tallest);
  const most = Math.max(0, height - screen);
  const ratio = shown > screen ? most / (shown - screen) : 1;
  return {
    shown,
    scroll: (top: number) => top / ratio,
    follow(top: number, from: number, to: number): number {
      const next = Math.abs(to - from) < screen ? top + to - from : to * ratio;
      return Math.max(0, Math.min(most, next));
    },
  };
}

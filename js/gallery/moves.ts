/** Where the keys lead in a grid of pictures, and how many columns fit. */

export interface Layout {
  count: number;
  columns: number;
}

/** The new place for a key, or undefined where the key is not ours. */
export function move(key: string, place: number, { count, columns }: Layout): number | undefined {
  const last = count - 1;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, place - 1);
    case "ArrowRight":
      return Math.min(last, place + 1);
    case "ArrowUp":
      return place < columns ? place : place - columns;
    case "ArrowDown":
      return place + columns > last ? place : place + columns;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}

const cellWidth = 112;
const gap = 8;
const besideFrom = 720;
const besideWidth = 344;

/** Is there room for a closer look beside the pictures? Widths are in pixels. */
export function hasRoomBeside(width: number): boolean {
  return width >= besideFrom;
}

/** A page of up to nine is the three by three that every tutorial shows; more fill the width, in pixels. */
export function columnsFor(width: number, size: number): number {
  if (size <= 9) return Math.min(3, size);
  const room = hasRoomBeside(width) ? width - besideWidth : width;
  return Math.max(3, Math.min(12, Math.floor((room + gap) / (cellWidth + gap))));
}

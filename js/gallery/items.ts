/** One page's pictures as Python describes them. */

export type View = "first" | "correct" | "wrong" | "class";

/** The atlas's cells, in pixels. */
export interface Tile {
  columns: number;
  width: number;
  height: number;
}

export interface Item {
  index: number;
  name: string;
  true: number | null;
  predicted: number | null;
  probability: number | null;
  caption: string;
  /** The probability of the predicted class, as text. */
  share: string;
  tone: "" | "ok" | "wrong";
  /** Why there is no picture. */
  problem: string;
  width: number;
  height: number;
}

/** How many pictures each view has; null where labels or predictions are missing. */
export interface Counts {
  first: number;
  correct: number | null;
  wrong: number | null;
  classes: number[] | null;
}

export const symbols = { "": "", ok: "✓ ", wrong: "✗ " } as const;

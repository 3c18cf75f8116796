/** What is chosen and its pictures, as Python describes them. */

export type View = "first" | "correct" | "wrong" | "class" | "confusion";
export type Sort = "index" | "loss" | "confidence" | "margin";

/** The true and the predicted class; null is any: a row or a column of the confusion matrix. */
export type Cell = [number | null, number | null];

export interface Query {
  view: View;
  /** The class of the view `class`. */
  number: number | null;
  /** Those of the view `confusion`; none are all. */
  cells: Cell[];
  sort: Sort;
  reverse: boolean;
  /** The lowest and the highest probability of the predicted class, 0 to 1. */
  confidence: [number, number];
  search: string;
}

/** The atlas's cells, in pixels. */
export interface Tile {
  columns: number;
  width: number;
  height: number;
  /** Bytes of a pixel. */
  channels: number;
}

export interface Item {
  index: number;
  name: string;
  true: number | null;
  predicted: number | null;
  probability: number | null;
  /** The cross-entropy in nats. */
  loss: number | null;
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

/** Of few classes the matrix, rows true, and each class's precision, recall and F1; of many the commonest mistakes. */
export interface Confusion {
  counts?: number[][];
  scores?: (number | null)[][];
  pairs?: [true_: number, predicted: number, count: number][];
}

export const symbols = { "": "", ok: "✓ ", wrong: "✗ " } as const;

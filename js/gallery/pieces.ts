/** The chosen pictures, piece by piece: fetched when they come near the screen, forgotten when there are many. */

import type { Item, Tile } from "./items";
import { type Cut, cutOf, paint, type Sheet } from "./picture";

export interface Piece {
  items: readonly Item[];
  tile: Tile;
  sheet: Sheet;
}

export interface Fetched extends Piece {
  sheet: ImageBitmap;
}

export interface Shown {
  item: Item;
  paint(canvas: HTMLCanvasElement, box?: Cut): void;
}

export interface Pieces {
  /** Forgets all; `first` is what is there without asking, from place 0. */
  begin(first: Piece | undefined, total: number): void;
  at(place: number): Shown | undefined;
  /** Fetches what of these places is missing, and after it what lies beside. */
  want(from: number, to: number): void;
}

const most = 24;
const atOnce = 2;

export function pieces(
  block: number,
  fetch: (start: number) => Promise<Fetched | undefined>,
  arrived: () => void,
): Pieces {
  let first: Piece | undefined;
  let total = 0;
  let age = 0;
  let wanted: number[] = [];
  const kept = new Map<number, Fetched>();
  const asked = new Set<number>();

  function forget(): void {
    for (const piece of kept.values()) piece.sheet.close();
    kept.clear();
    asked.clear();
  }

  function pump(): void {
    const next = wanted.find((number) => !kept.has(number) && !asked.has(number));
    if (next === undefined || asked.size >= atOnce) return;
    asked.add(next);
    const begun = age;
    void fetch(next * block).then((piece) => {
      if (begun !== age) return piece?.sheet.close();
      asked.delete(next);
      if (!piece) return;
      kept.set(next, piece);
      for (const [number, old] of kept) {
        if (kept.size <= most) break;
        if (wanted.includes(number)) continue;
        old.sheet.close();
        kept.delete(number);
      }
      arrived();
      pump();
    });
    pump();
  }

  return {
    begin(piece, count) {
      forget();
      age += 1;
      first = piece;
      total = count;
      wanted = [];
    },
    at(place) {
      const number = Math.floor(place / block);
      const isFirst = first && place < first.items.length;
      const piece = isFirst ? first : kept.get(number);
      const within = isFirst ? place : place - number * block;
      const item = piece?.items[within];
      if (!piece || !item) return undefined;
      return {
        item,
        paint(canvas, box) {
          paint(canvas, piece.sheet, cutOf(within, item, piece.tile), box);
        },
      };
    },
    want(from, to) {
      if (first && to < first.items.length) return;
      const last = Math.floor((total - 1) / block);
      const [low, high] = [Math.floor(from / block), Math.floor(to / block)];
      const near = Array.from({ length: high - low + 1 }, (_, step) => low + step);
      wanted = [...near, high + 1, low - 1].filter((number) => number >= 0 && number <= last);
      pump();
    },
  };
}

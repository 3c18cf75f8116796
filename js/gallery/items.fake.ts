/** A page of pictures for the tests, as Python would send it. */
import type { Item } from "./items";
import type { State } from "./panel";

export function item(index: number, more: Partial<Item> = {}): Item {
  return {
    index,
    name: `#${index}`,
    true: 7,
    predicted: 9,
    probability: 0.8731,
    loss: 2.25,
    caption: "predicted 9, true 7",
    share: "87.31 %",
    tone: "wrong",
    problem: "",
    width: 2,
    height: 2,
    ...more,
  };
}

/** The selection as Python sends it: a bit for each index. */
export function marks(...indices: number[]): DataView {
  const bits = new DataView(new ArrayBuffer(8));
  for (const index of indices) bits.setUint8(index >> 3, bits.getUint8(index >> 3) | (1 << (index & 7)));
  return bits;
}

export function page(more: Partial<State> = {}): State {
  const items = [3, 5, 8, 13, 21].map((index) => item(index));
  return {
    card: {
      title: "14 wrong test images",
      state: "97.29 % of 517 test images are correct",
      big: "",
      tone: "",
      parts: [{ kind: "note", tone: "", sentence: "The percentage is a probability." }],
    },
    query: {
      view: "wrong",
      number: null,
      cells: [],
      sort: "index",
      reverse: false,
      confidence: [0, 1],
      search: "",
    },
    total: items.length,
    version: 1,
    size: 9,
    block: 4,
    atlas: new DataView(new ArrayBuffer(4 * items.length)),
    tile: { columns: 1, width: 2, height: 2, channels: 1 },
    items,
    nothing: "",
    counts: { first: 60000, correct: 503, wrong: 14, classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
    confusion: {
      counts: Array.from({ length: 10 }, (_, row) =>
        Array.from({ length: 10 }, (_, column) => (row === column ? 50 : row === 7 && column === 9 ? 14 : 0)),
      ),
      scores: Array.from({ length: 10 }, () => [0.9, null, 0.95]),
    },
    can_rank: true,
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    selected: marks(),
    selected_count: 0,
    ...more,
  };
}

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
    caption: "predicted 9, true 7",
    share: "87.31 %",
    tone: "wrong",
    problem: "",
    width: 2,
    height: 2,
    ...more,
  };
}

export function page(more: Partial<State> = {}): State {
  const items = [3, 5, 8, 13, 21].map((index) => item(index));
  return {
    card: {
      title: "5 of 14 wrong test images",
      state: "97.29 % of 517 test images are correct",
      big: "",
      tone: "",
      parts: [{ kind: "note", tone: "", sentence: "The percentage is a probability." }],
    },
    view: "wrong",
    class_number: null,
    page: 0,
    pages: 3,
    size: 9,
    atlas: new DataView(new ArrayBuffer(0)),
    tile: { columns: 3, width: 2, height: 2 },
    items,
    nothing: "",
    counts: { first: 60000, correct: 503, wrong: 14, classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    selected: [],
    selected_count: 0,
    ...more,
  };
}

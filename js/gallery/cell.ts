/** One picture of the grid, with its caption; the picture itself is painted on the canvas of its row. */
import { h } from "../shared/dom";
import { type Item, symbols } from "./items";

const words = { "": "", ok: "", wrong: "wrong: " };

export interface Place {
  place: number;
  /** From 0. */
  column: number;
  hasFocus: boolean;
  /** Without a caption: that is the tooltip, then. */
  isBare: boolean | undefined;
  isSelected(index: number): boolean;
}

/** Without an item, still on its way, it is of the same size. */
export function pictureCell(
  item: Item | undefined,
  { place, column, hasFocus, isBare, isSelected }: Place,
): HTMLElement {
  const { caption = "", index = -1, name = "", problem = "", share = "", tone = "" } = item ?? {};
  const spoken = problem ? `${name} ${problem}` : `${words[tone]}${caption} ${share}`;
  return h(
    "div.cm-cell",
    {
      role: "gridcell",
      tabindex: hasFocus ? 0 : -1,
      "aria-colindex": column + 1,
      "aria-selected": isSelected(index),
      "aria-label": item ? spoken : "loading",
      title: [caption, share, name].filter(Boolean).join("\n"),
      dataset: { place, index, tone: item && !problem ? tone : "empty" },
    },
    h("div.cm-frame", problem && h("p.cm-problem", problem)),
    !isBare &&
      h(
        "div.cm-caption",
        // A line of its own for each class, so that a long name of one leaves the other to be read.
        (symbols[tone] + (problem ? name : caption)).split("\n").map((line) => h("div.cm-words", line)),
        h("div", share),
      ),
  );
}

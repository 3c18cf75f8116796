/** One picture of the grid, with its caption; the picture itself is painted on the canvas of its row. */
import { type Child, h } from "../shared/dom";
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

/** Without an item it is still on its way. */
export function pictureCell(
  item: Item | undefined,
  { place, column, hasFocus, isBare, isSelected }: Place,
): HTMLElement {
  const common = { role: "gridcell", tabindex: hasFocus ? 0 : -1, "aria-colindex": column + 1 };
  if (!item)
    return h("div.cm-cell", { ...common, "aria-label": "loading", dataset: { place } }, waiting(isBare));
  const { caption, index, name, problem, share, tone } = item;
  return h(
    "div.cm-cell",
    {
      ...common,
      "aria-selected": isSelected(index),
      "aria-label": problem ? `${name} ${problem}` : `${words[tone]}${caption} ${share}`,
      title: [caption, share, name].filter(Boolean).join("\n"),
      dataset: { place, index, tone: problem ? "problem" : tone },
    },
    h("div.cm-frame", problem && h("p.cm-problem", problem)),
    !isBare &&
      h("div.cm-caption", h("div.cm-words", symbols[tone], problem ? name : caption), h("div", share)),
  );
}

/** A frame and a caption of the same size as every other. */
export function waiting(isBare: boolean | undefined): Child {
  return [h("div.cm-frame"), !isBare && h("div.cm-caption")];
}

/** The first rows of a source and what is in its columns, with the question whether to load it. */
import { type CardData, drawCard } from "../shared/card";
import { button, sentence } from "../shared/controls";
import { h } from "../shared/dom";
import { progressBar } from "../shared/progress";

/** As the state of `Glimpse` in `colab_magics/ingest/glimpse.py`. */
export type Glimpse = {
  source: string;
  phase: "working" | "here" | "failed";
  sentence: string;
  progress: number | null;
  card: CardData | Record<string, never>;
};

export interface GlimpseView {
  element: HTMLElement;
  show(glimpse: Glimpse | Record<string, never>): void;
}

export function glimpseView(load: () => void, dismiss: () => void): GlimpseView {
  const source = h("b");
  const [words, problem] = [sentence(), sentence(true)];
  const { bar, show } = progressBar("Fetched");
  const close = button("", dismiss);
  const rows = h("div");
  const head = h("div.cm-row", source, button("Load", load, { class: "cm-button cm-primary" }), close);
  const parts = [head, bar, words.element, problem.element, rows];
  const element = h("div.cm-glimpse", { role: "group", "aria-label": "First rows" }, parts);
  let shown: Glimpse["card"] = {};

  return {
    element,
    show(glimpse) {
      element.hidden = !("phase" in glimpse);
      if (!("phase" in glimpse)) return;
      const { phase, sentence: said, card } = glimpse as Glimpse;
      const isWorking = phase === "working";
      source.textContent = glimpse.source ?? "";
      bar.hidden = !isWorking;
      show(glimpse.progress ?? null);
      words.say(isWorking ? said : "");
      problem.say(phase === "failed" ? said : "");
      close.textContent = isWorking ? "Cancel" : "Close";
      if (card === shown) return;
      shown = card;
      rows.replaceChildren(...("title" in card ? [drawCard(card as CardData)] : []));
    },
  };
}

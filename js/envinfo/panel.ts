/** What this machine is: the card, read again on demand, and copied as Markdown for a bug report. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { copy } from "../shared/clipboard";
import { button, sentence } from "../shared/controls";
import { h } from "../shared/dom";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import css from "./panel.css";

type State = {
  card: CardData;
};

export default definePanel<State>({
  name: "envinfo",
  css,
  draw({ model, root, signal, onChange }) {
    const status = h("p.cm-note", { role: "status" });
    const failure = sentence(true);
    const source = h("textarea.cm-field.cm-source", {
      "aria-label": "The report as Markdown",
      spellcheck: false,
      hidden: true,
    });
    const buttons = [
      button("Refresh", () => run(refresh)),
      button("Copy as Markdown", () => run(copyMarkdown)),
    ];
    const row = h("div.cm-row", buttons, status);
    const card = drawCard(model.get("card"), row, failure.element, source);
    root.append(card);
    onChange("card", () => redrawCard(card, model.get("card")));

    /** Shows what comes of the work, its error included; the buttons keep their focus while they wait. */
    async function run(work: () => Promise<string>): Promise<void> {
      if (card.ariaBusy === "true") return;
      card.ariaBusy = "true";
      failure.say("");
      source.hidden = true;
      status.textContent = "Asking the kernel…";
      try {
        status.textContent = await work();
      } catch (error) {
        if (signal.aborted) return;
        status.textContent = "";
        failure.say(error);
      } finally {
        card.ariaBusy = "false";
      }
    }

    async function refresh(): Promise<string> {
      await ask(model, "refresh", {}, { signal });
      return "Read again.";
    }

    async function copyMarkdown(): Promise<string> {
      const { result } = await ask<string>(model, "markdown", {}, { signal });
      if (await copy(result)) return "Copied.";
      source.value = result;
      source.hidden = false;
      source.focus();
      source.select();
      source.scrollTop = 0;
      return "This page may not use the clipboard. The text below is selected: copy it with Ctrl+C or ⌘C.";
    }
  },
});

/** A source on its way to a frame, and then what is in it. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { h } from "../shared/dom";
import { definePanel } from "../shared/panel";
import css from "./panel.css";

type State = {
  card: CardData;
  phase: string;
  progress: number | null;
};

export default definePanel<State>({
  name: "ingest",
  css,
  draw({ model, root, onChange }) {
    const bar = h("div", { class: "cm-progress", role: "progressbar", "aria-label": "Fetched" });
    const phase = h("p", { class: "cm-note", role: "status" });
    const running = h("div", { class: "cm-ingest-running" }, bar, phase);
    const card = drawCard(model.get("card"), running);
    root.append(card);

    function showProgress(): void {
      const progress = model.get("progress");
      phase.textContent = model.get("phase");
      running.hidden = model.get("phase") === "";
      if (progress === null) {
        bar.removeAttribute("aria-valuenow");
      } else {
        bar.style.setProperty("--cm-value", String(progress));
        bar.setAttribute("aria-valuenow", String(Math.round(100 * progress)));
      }
    }

    showProgress();
    onChange("card", () => redrawCard(card, model.get("card")));
    onChange(["phase", "progress"], showProgress);
  },
});

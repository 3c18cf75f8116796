/** A source on its way to a frame, and then what is in it. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { h } from "../shared/dom";
import { definePanel } from "../shared/panel";
import { progressBar } from "../shared/progress";

type State = {
  card: CardData;
  phase: string;
  progress: number | null;
};

export default definePanel<State>({
  name: "ingest",
  draw({ model, root, onChange }) {
    const fetched = progressBar("Fetched");
    const phase = h("p.cm-note", { role: "status" });
    const running = h("div.cm-ingest-running.cm-running", fetched.bar, phase);
    const card = drawCard(model.get("card"), running);
    root.append(card);

    function showProgress(): void {
      phase.textContent = model.get("phase");
      running.hidden = model.get("phase") === "";
      fetched.show(model.get("progress"));
    }

    showProgress();
    onChange("card", () => redrawCard(card, model.get("card")));
    onChange(["phase", "progress"], showProgress);
  },
});

/** Packages on their way into the environment, with the installer's last lines, and then what came of it. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { h, say } from "../shared/dom";
import { definePanel } from "../shared/panel";
import { progressBar } from "../shared/progress";
import css from "./panel.css";

type State = {
  card: CardData;
  phase: string;
  elapsed: string;
  ratio: number | null;
  log: string[];
};

export default definePanel<State>({
  name: "install",
  css,
  draw({ model, root, onChange }) {
    const download = progressBar("Downloaded");
    const phase = h("span", { role: "status" });
    const elapsed = h("span.cm-time"); // apart: a screen reader need not hear every second
    const log = h("pre.cm-install-log", {
      role: "region",
      tabindex: 0,
      "aria-label": "The installer's last lines",
    });
    const running = h(
      "div.cm-install-running.cm-running",
      download.bar,
      h("p.cm-note", phase, " ", elapsed),
      log,
    );
    const card = drawCard(model.get("card"), running);
    root.append(card);

    function showProgress(): void {
      const words = model.get("phase");
      running.hidden = words === "";
      say(phase, words);
      elapsed.textContent = model.get("elapsed");
      log.textContent = model.get("log").join("\n");
      log.scrollTop = log.scrollHeight;
      download.show(model.get("ratio"));
    }

    showProgress();
    onChange("card", () => redrawCard(card, model.get("card")));
    onChange(["phase", "elapsed", "ratio", "log"], showProgress);
  },
});

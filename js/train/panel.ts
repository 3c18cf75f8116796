/** A training as it goes on: progress, curves, a button that ends it, and at last its card. */
import { type CardData, drawCard } from "../shared/card";
import { type Chart, lineChart } from "../shared/chart";
import { button } from "../shared/controls";
import { h, say, set } from "../shared/dom";
import { epochEnded } from "../shared/epoch";
import { count, decimal, duration, percent } from "../shared/format";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import css from "./panel.css";
import { type Curve, isNearlyFull, loadWords, type Progress, sentence } from "./progress";

type State = {
  card: CardData;
  progress: Progress;
  curves: readonly Curve[];
  can_stop: boolean;
};

export default definePanel<State>({
  name: "train",
  css,
  draw({ model, root, signal, onChange }) {
    const what = h("b");
    const state = h("span");
    const spoken = h("span.cm-visually-hidden", { role: "status" }); // each epoch, not each step
    const time = h("span.cm-time");
    const big = h("div.cm-big");
    const pace = h("p.cm-note");
    const load = h("p.cm-note.cm-load");
    const full = h("span.cm-badge.cm-warn", "memory nearly full");
    const bar = h("div.cm-progress", { role: "progressbar", "aria-label": "Training" });
    const stop = button("Stop after this step", askToStop);
    const pause = asking("Pause", () => (isPaused() ? "proceed" : "pause"));
    const save = asking("Save now", () => "save");
    const saved = h("p.cm-note", { role: "status" });
    const hint = h("p.cm-note");
    const charts = h("div.cm-charts");
    const live = h(
      "div.cm-card",
      h("div.cm-title", what, state, spoken, time),
      big,
      pace,
      bar,
      charts,
      load,
      h("div.cm-row", stop, pause, save, saved, hint),
    );
    const result = h("div");
    root.append(result, live);

    const drawn = new Map<string, Chart>();
    const began = performance.now();
    const clock = setInterval(showTime, 1000);
    signal.addEventListener("abort", () => {
      clearInterval(clock);
      for (const chart of drawn.values()) chart.destroy();
    });

    async function askToStop(): Promise<void> {
      stop.disabled = pause.hidden = save.hidden = true;
      hint.textContent =
        "Stopping. If nothing happens, interrupt the kernel (the ■ button): the run still ends cleanly.";
      try {
        await ask(model, "stop", {}, { signal });
      } catch (error) {
        showError(error);
        stop.disabled = false;
      }
    }

    function asking(words: string, command: () => string): HTMLButtonElement {
      return button(words, () => ask(model, command(), {}, { signal }).catch(showError));
    }

    function showError(error: unknown): void {
      if (!signal.aborted) say(hint, error);
    }

    function isPaused(): boolean {
      return model.get("progress").phase === "paused";
    }

    function isOver(): boolean {
      return ["done", "stopped", "failed"].includes(model.get("progress").phase);
    }

    function showTime(): void {
      const { left, elapsed } = model.get("progress");
      const passed = elapsed ?? (performance.now() - began) / 1000;
      time.textContent = isOver()
        ? ""
        : left === null
          ? `${duration(passed)} so far`
          : `${duration(left)} left`;
    }

    function showProgress(): void {
      const progress = model.get("progress");
      const { epoch, epochs, ratio, logs } = progress;
      what.textContent = progress.dataset
        ? `Training on ${progress.dataset}`
        : `Training ${progress.model}`.trim();
      state.textContent = sentence(progress);
      const words = epoch > 0 ? `epoch ${epoch} of ${epochs}` : sentence(progress);
      say(spoken, words);
      big.replaceChildren(
        ...Object.entries(logs)
          .filter(([name]) => !name.startsWith("val_"))
          .map(([name, value]) =>
            h("span", h("small", name), " ", name.includes("accuracy") ? percent(value) : decimal(value)),
          ),
      );
      const { rate, learning_rate } = progress;
      pace.textContent = [
        ...(rate === null ? [] : [`${count(rate)} samples/s`]),
        ...(learning_rate === null ? [] : [`learning rate ${decimal(learning_rate)}`]),
      ].join(" · ");
      load.textContent = progress.load ? loadWords(progress.load).join(" · ") : "";
      if (progress.load && isNearlyFull(progress.load)) load.append(" ", full);
      set(bar, { style: { "--cm-value": ratio }, "aria-valuetext": `epoch ${epoch} of ${epochs}` });
      if (epoch > 0) set(bar, { "aria-valuenow": Math.round(100 * ratio) });
      showTime();
    }

    function showCurves(): void {
      for (const { metric, lines } of model.get("curves")) {
        let chart = drawn.get(metric);
        if (chart === undefined) {
          const isRatio = metric.includes("accuracy");
          const color = isRatio ? "--cm-accuracy" : "--cm-loss";
          chart = lineChart(charts, {
            series: [
              { name: "training", color },
              { name: model.get("progress").model ? "validation" : "test", color, dashed: true },
            ],
            xLabel: "epoch",
            yLabel: metric,
            ...(isRatio ? { formatY: (value: number) => percent(value, 1) } : {}),
          });
          drawn.set(metric, chart);
        }
        chart.update(lines);
      }
    }

    function showEnd(): void {
      const canStop = model.get("can_stop");
      const isTested = model.get("progress").phase === "testing"; // the last step is done
      stop.hidden = !canStop || isTested;
      pause.hidden = save.hidden = stop.hidden || stop.disabled;
      pause.textContent = isPaused() ? "Continue" : "Pause";
      say(saved, model.get("progress").saved);
      if (isOver() || isTested) hint.textContent = "";
      else if (!canStop && !stop.disabled)
        hint.textContent = "To stop cleanly, interrupt the kernel (the ■ button).";
      const over = isOver() && model.get("card").title !== undefined;
      live.hidden = over;
      if (!over) return;
      const card = drawCard(model.get("card"));
      const big = card.querySelector(".cm-big");
      if (big)
        big.after(charts); // the curves stay where they were
      else card.append(charts);
      result.replaceChildren(card);
    }

    let told = model.get("progress");
    function tellEpochs(): void {
      const { ended, bests } = model.get("progress");
      const detail = bests > told.bests;
      if (ended > told.ended) root.dispatchEvent(new CustomEvent(epochEnded, { bubbles: true, detail }));
      told = model.get("progress");
    }

    const show = () => {
      showProgress();
      showCurves();
      showEnd();
      tellEpochs();
    };
    show();
    onChange(["progress", "curves", "can_stop", "card"], show);
  },
});

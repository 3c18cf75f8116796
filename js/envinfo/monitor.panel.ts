/** What this machine does from second to second: a line each for CPU, RAM, GPUs, disk and network. */
import type { CardData } from "../shared/card";
import { button, sentence } from "../shared/controls";
import { h, say } from "../shared/dom";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import css from "./monitor.css";
import { lastMinutes, type Row, type Track } from "./readings";
import { lastMinutesOf, type TrackView, trackView } from "./track";

type State = {
  card: CardData;
  status: { phase: "running" | "stopped" | "unseen" | "moved" | "ended"; sentence: string };
  tracks: Track[];
  history: Row[];
  recent: Row[];
  missing: Record<string, string>;
};

/** Milliseconds between two signs that somebody looks, which keep the monitor going. */
const heartbeat = 60_000;
/** Milliseconds without a reading after which that is said. */
const silence = 5_000;

const labels = {
  running: "running",
  stopped: "stopped",
  unseen: "stopped",
  moved: "in another panel",
  ended: "stopped",
};

export default definePanel<State>({
  name: "monitor",
  css,
  draw({ model, root, signal, onChange }) {
    const state = h("span.cm-badge", { role: "status" });
    const since = h("span.cm-time");
    const title = h("h3.cm-title", model.get("card").title, state, since);
    const tracks = h("div.cm-tracks");
    const control = button("", press);
    const note = h("p.cm-note", { role: "status" });
    const failure = sentence(true);
    root.append(
      h(
        "section.cm-card",
        { "aria-label": model.get("card").title },
        title,
        tracks,
        h("div.cm-row", control, note),
        failure.element,
      ),
    );

    let views: TrackView[] = [];
    let drawn = "";
    let heardAt = performance.now();
    let isWaiting = false;
    let isSaid = false;

    const isRunning = () => model.get("status").phase === "running";

    function showReadings(): void {
      const described = JSON.stringify(model.get("tracks"));
      if (described !== drawn) {
        drawn = described;
        views = model.get("tracks").map(trackView);
        tracks.replaceChildren(...views.map((view) => view.element));
      }
      const rows = lastMinutes(model.get("history"), model.get("recent"));
      say(since, lastMinutesOf(rows));
      for (const view of views) view.update(rows, model.get("missing"));
    }

    function showStatus(): void {
      const { phase, sentence } = model.get("status");
      const isLate = isRunning() && performance.now() - heardAt > silence;
      const late = `No reading since ${new Date(Date.now() - performance.now() + heardAt).toLocaleTimeString()}: the kernel is held up, or has ended.`;
      say(state, isLate ? "no reading" : labels[phase]);
      state.className = isLate ? "cm-badge cm-warn" : isRunning() ? "cm-badge cm-ok" : "cm-badge";
      say(note, isLate ? late : sentence);
      say(control, isRunning() ? "Stop" : phase === "moved" ? "Go on here" : "Go on");
    }

    async function press(): Promise<void> {
      if (isWaiting) return;
      isWaiting = true;
      failure.say("");
      try {
        await ask(model, isRunning() ? "stop" : "resume", {}, { signal });
      } catch (error) {
        if (signal.aborted) return;
        failure.say(error);
      } finally {
        isWaiting = false;
      }
    }

    /** One at a time: a kernel that hears nothing during a cell must not find a hundred of them after it. */
    function tellThatSomebodyLooks(): void {
      if (document.visibilityState !== "visible" || !isRunning() || isSaid) return;
      isSaid = true;
      const settle = () => {
        isSaid = false;
      };
      ask(model, "seen", {}, { signal, timeout: 10 * heartbeat }).then(settle, settle); // the next one says it again
    }

    onChange(["tracks", "history", "recent", "missing"], () => {
      heardAt = performance.now();
      showReadings();
      showStatus();
    });
    onChange(["status"], () => {
      heardAt = performance.now();
      showStatus();
    });
    const timers = [setInterval(showStatus, 1000), setInterval(tellThatSomebodyLooks, heartbeat)];
    document.addEventListener("visibilitychange", tellThatSomebodyLooks, { signal });
    signal.addEventListener("abort", () => timers.forEach(clearInterval));
    showReadings();
    showStatus();
    tellThatSomebodyLooks();
  },
});

/** One file or source in the list: its name, how far it is, what came of it. */

import { button } from "../shared/controls";
import { h, say, set } from "../shared/dom";
import { bytes, duration } from "../shared/format";
import { progressBar } from "../shared/progress";
import { copyable } from "./copyable";

/** As `Item` in `colab_magics/ingest/desk.py`. */
export type Item = {
  id: string;
  name: string;
  variable: string;
  phase: "waiting" | "arriving" | "working" | "done" | "saved" | "failed" | "stopped";
  size: number;
  received: number;
  progress: number | null;
  sentence: string;
  code: string;
};

export type Row = { element: HTMLElement; update(item: Item, words: string): void };

const badges: Partial<Record<Item["phase"], [tone: string, word: string]>> = {
  waiting: ["", "waits"],
  arriving: ["", "arriving"],
  working: ["", "working"],
  done: ["cm-ok", "here"],
  saved: ["cm-warn", "saved"],
  failed: ["cm-wrong", "failed"],
  stopped: ["cm-warn", "stopped"],
};

export function row(onCancel: () => void): Row {
  const name = h("b");
  const badge = h("span");
  const cancel = button("Cancel", onCancel);
  const progress = progressBar("Arrived");
  const note = h("p.cm-note");
  const code = copyable();
  const element = h("li", h("span", name, " ", badge), cancel, progress.bar, note, code.element);
  return {
    element,
    update(item, words) {
      const isOpen = ["waiting", "arriving", "working"].includes(item.phase);
      const [tone, word] = badges[item.phase] ?? ["", item.phase];
      say(name, item.phase === "done" ? `${item.name} → ${item.variable}` : item.name);
      say(badge, word);
      badge.className = `cm-badge ${tone}`;
      cancel.hidden = !isOpen;
      set(cancel, { "aria-label": `Cancel ${item.name}` });
      progress.bar.hidden = !isOpen;
      progress.show(item.phase === "working" ? item.progress : item.size ? item.received / item.size : null);
      say(note, words || item.sentence);
      note.hidden = !note.textContent;
      code.show(item.code);
    },
  };
}

/** "31 MB of 60 MB · 24 MB/s · 2 s left"; ``sent`` bytes of it took so many seconds. */
export function pace(item: Item, sent: number, seconds: number): string {
  const words = [`${bytes(item.received)} of ${bytes(item.size)}`];
  if (seconds >= 1 && sent > 0) {
    const rate = sent / seconds;
    words.push(`${bytes(rate)}/s`, `${duration((item.size - item.received) / rate)} left`);
  }
  return words.join(" · ");
}

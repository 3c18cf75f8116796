/** The list of files and sources, each with its progress and what came of it. */
import { h, say } from "../shared/dom";
import { type Row, row } from "./item";
import type { Shown } from "./sendings";

export interface List {
  element: HTMLElement;
  show(all: readonly Shown[]): void;
}

export function list(cancel: (key: string) => void): List {
  const items = h("ul.cm-items");
  const spoken = h("p.cm-visually-hidden", { role: "status" });
  const rows = new Map<string, Row>();

  /** Politely, and of what has ended only. */
  function speak(all: readonly Shown[]): void {
    const ended = all.filter(({ item }) => ["done", "saved", "failed", "stopped"].includes(item.phase));
    const words = ended.map(({ item }) => `${item.name}: ${item.phase}. ${item.sentence}`).join(" ");
    say(spoken, words);
  }

  return {
    element: h("div.cm-parts", items, spoken),
    show(all) {
      const keys = new Set(all.map(({ key }) => key));
      for (const [key, { element }] of rows) {
        if (!keys.has(key)) {
          element.remove();
          rows.delete(key);
        }
      }
      for (const { key, item, words } of all) {
        const known = rows.get(key) ?? row(() => cancel(key));
        rows.set(key, known);
        if (!known.element.parentElement) items.append(known.element);
        known.update(item, words);
      }
      items.hidden = all.length === 0;
      speak(all);
    },
  };
}

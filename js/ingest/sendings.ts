/** The files that this page sends, one after another, and what it knows of them before the kernel does. */

import { messageOf } from "../shared/dom";
import { coalesce } from "../shared/frame";
import { ask, Silence } from "../shared/messages";
import type { Messenger } from "../shared/model";
import { type Item, pace } from "./item";
import { type Begun, offerOf, sendFile } from "./sender";

type Sending = {
  key: string;
  file: File;
  variable: string;
  stop: AbortController;
  id: string | null;
  received: number;
  from: number | null;
  since: number;
  /** What stands in the way, or at last what went wrong. */
  sentence: string;
  isOver: boolean;
};

/** An item as it shall be shown, by a key that stays the same, with words that come before its own. */
export type Shown = { key: string; item: Item; words: string };

export interface Sendings {
  take(files: readonly File[], variable: string): void;
  /** Stops sending; the id by which the kernel knows the item, or null where it knows of none. */
  stop(key: string): string | null;
  /** The kernel's items and those that it does not know yet. */
  over(items: readonly Item[]): Shown[];
}

/** Nothing is sent before the kernel is ``met``. */
export function sendings(
  model: Messenger,
  signal: AbortSignal,
  changed: () => void,
  met: Promise<void>,
): Sendings {
  const all: Sending[] = [];
  let isSending = false;
  let numbered = 0;

  /** Before the first byte of any: so that the kernel knows of all, and says at once what does not fit. */
  async function announce(added: readonly Sending[]): Promise<void> {
    await met;
    for (const sending of added) {
      const { signal: cancelled } = sending.stop;
      try {
        const offer = await offerOf(sending.file, sending.variable);
        begun(sending, (await ask<Begun>(model, "begin", offer, { signal: cancelled })).result.id);
      } catch (error) {
        if (error instanceof Silence) continue; // it is asked again when its turn comes
        sending.isOver = true;
        if (!cancelled.aborted) sending.sentence = messageOf(error);
      }
      changed();
    }
  }

  function begun(sending: Sending, id: string): void {
    const earlier = all.find((each) => each.id === id && each !== sending);
    if (earlier && !earlier.isOver) sending.isOver = true; // the same file, chosen twice
    const gone = sending.isOver ? sending : earlier;
    if (gone) all.splice(all.indexOf(gone), 1);
    sending.id = id;
  }

  /** One after another: they share the way to the kernel. */
  async function sendAll(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let next = waiting(); next && !signal.aborted; next = waiting()) await send(next);
    isSending = false;
  }

  function waiting(): Sending | undefined {
    return all.find((sending) => !sending.isOver);
  }

  async function send(sending: Sending): Promise<void> {
    const refresh = coalesce(changed, signal);
    const stop = () => sending.stop.abort(signal.reason);
    signal.addEventListener("abort", stop);
    try {
      await sendFile(sending.file, {
        ask: (command, data, options) => ask(model, command, data, options),
        variable: sending.variable,
        signal: sending.stop.signal,
        onBegun(id) {
          begun(sending, id);
          sending.since = performance.now();
          refresh();
        },
        onArrived(count) {
          sending.received = count;
          sending.from ??= count;
          refresh();
        },
        onSilence(sentence) {
          sending.sentence = sentence;
          refresh();
        },
      });
      sending.sentence = "";
    } catch (error) {
      if (!sending.stop.signal.aborted) sending.sentence = messageOf(error);
    } finally {
      signal.removeEventListener("abort", stop);
      sending.isOver = true;
      refresh();
    }
  }

  return {
    take(files, variable) {
      const added = files.map((file, index): Sending => {
        return {
          key: `page-${++numbered}`,
          file,
          variable: variable && index ? `${variable}_${index + 1}` : variable,
          stop: new AbortController(),
          id: null,
          received: 0,
          from: null,
          since: 0,
          sentence: "",
          isOver: false,
        };
      });
      all.push(...added);
      changed();
      void announce(added).then(sendAll);
    },

    stop(key) {
      const sending = all.find((each) => each.key === key || each.id === key);
      if (!sending) return key;
      sending.stop.abort(new Error("cancelled"));
      if (sending.id !== null) return sending.id;
      sending.isOver = true;
      all.splice(all.indexOf(sending), 1);
      changed();
      return null;
    },

    over(items) {
      const unknown = new Set(all.filter(({ id }) => id === null));
      const shown = items.map((item): Shown => {
        const known = all.find(({ id }) => id === item.id) ?? announced(item, unknown);
        if (known) unknown.delete(known);
        return overlaid(item, known);
      });
      for (const sending of unknown) {
        shown.push({ key: sending.key, item: itemOf(sending), words: sending.sentence });
      }
      return shown;
    },
  };
}

/** The kernel shows a new item before its answer tells the page which one it is. */
function announced({ phase, name, size }: Item, unknown: ReadonlySet<Sending>): Sending | undefined {
  if (phase !== "arriving") return undefined;
  return [...unknown].find(({ file, isOver }) => !isOver && file.name === name && file.size === size);
}

function itemOf({ file, isOver, key, sentence }: Sending): Item {
  const phase = isOver ? "failed" : "waiting";
  return {
    id: key,
    name: file.name,
    variable: "",
    phase,
    size: file.size,
    received: 0,
    progress: null,
    sentence,
    code: "",
  };
}

/** What this page knows of a file that it sends comes before what the kernel told last. */
function overlaid(item: Item, sending: Sending | undefined): Shown {
  const key = item.id;
  if (item.phase !== "arriving") return { key, item, words: "" };
  if (!sending) {
    const words = `${pace(item, 0, 0)} arrived. It does not come from this page: choose the same file again, and it goes on.`;
    return { key, item, words };
  }
  if (sending.isOver) return { key, item: { ...item, phase: "failed" }, words: sending.sentence };
  const current = { ...item, received: Math.max(item.received, sending.received) };
  const sent = sending.received - (sending.from ?? 0);
  const words = sending.sentence || pace(current, sent, (performance.now() - sending.since) / 1000);
  return { key, item: current, words };
}

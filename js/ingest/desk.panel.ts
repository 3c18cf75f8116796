/** Where files and sources are handed in: dropped, chosen or named, each with its progress, and at last what is in them. */
import { type CardData, drawCard } from "../shared/card";
import { h } from "../shared/dom";
import { coalesce } from "../shared/frame";
import { ask, Silence } from "../shared/messages";
import { definePanel } from "../shared/panel";
import css from "./desk.css";
import { type Item, pace, type Row, row } from "./item";
import { type Begun, offerOf, sendFile } from "./sender";

type State = {
  card: CardData | Record<string, never>;
  items: Item[];
  recent: string[];
  variable: string;
  waits: boolean;
};

/** A file that this page sends, or will. */
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

/** How often the kernel is told that somebody looks, until it answers, and the milliseconds between. */
const hellos = 12;
const pause = 1000;
/** Milliseconds between two signs of life while the cell waits. */
const heartbeat = 20_000;

const folder = "A folder cannot be taken: drop or choose the files in it.";

export default definePanel<State>({
  name: "desk",
  css,
  draw({ model, root, signal, onChange }) {
    const chooser = h("input", { type: "file", multiple: true, hidden: true, onChange: takeChosen });
    const choose = h(
      "button",
      { class: "cm-button cm-primary", type: "button", onClick: () => chooser.click() },
      "Choose files",
    );
    const drop = h("div", { class: "cm-drop" }, h("span", {}, "Drop files here, or"), choose, chooser);
    const source = h("input", {
      class: "cm-field",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "data.csv, https://… or s3://…",
      onKeydown: onEnter,
    });
    const variable = h("input", {
      class: "cm-field",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "named after the file",
      value: model.get("variable"),
      onKeydown: onEnter,
    });
    const read = h(
      "button",
      { class: "cm-button", type: "button", onClick: () => void fetchTyped() },
      "Read",
    );
    const form = h(
      "div",
      { class: "cm-desk-form" },
      h("label", {}, "Path or address", source),
      h("label", {}, "Assign to", variable),
      read,
    );
    const recent = h("div", { class: "cm-row cm-recent", role: "group", "aria-label": "Fetched before" });
    const goOn = h(
      "button",
      { class: "cm-button", type: "button", onClick: () => void release() },
      "Do not wait",
    );
    const waiting = h("div", { class: "cm-row" }, goOn, h("span", { class: "cm-note" }, waits));
    const problem = h("p", { class: "cm-error", role: "alert", hidden: true });
    const spoken = h("p", { class: "cm-visually-hidden", role: "status" });
    const items = h("ul", { class: "cm-items" });
    const title = h("h3", { class: "cm-title" }, "Ingest");
    root.append(
      h(
        "section",
        { class: "cm-card", "aria-label": "Ingest" },
        title,
        drop,
        form,
        recent,
        problem,
        items,
        waiting,
        spoken,
      ),
    );
    const result = root.appendChild(h("div"));

    const sendings: Sending[] = [];
    const rows = new Map<string, Row>();
    let isSending = false;
    let numbered = 0;

    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      event.stopPropagation();
      drop.classList.add("cm-over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("cm-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      drop.classList.remove("cm-over");
      const entries = [...(event.dataTransfer?.items ?? [])];
      const isFolder = entries.some((entry) => entry.webkitGetAsEntry?.()?.isDirectory);
      complain(isFolder ? folder : "");
      if (!isFolder) take([...(event.dataTransfer?.files ?? [])]);
    });

    function takeChosen(): void {
      complain("");
      take([...(chooser.files ?? [])]);
      chooser.value = ""; // so that the same file can be chosen again
    }

    function take(files: readonly File[]): void {
      const typed = variable.value.trim();
      const added = files.map((file, index): Sending => {
        return {
          key: `page-${++numbered}`,
          file,
          variable: typed && index ? `${typed}_${index + 1}` : typed,
          stop: new AbortController(),
          id: null,
          received: 0,
          from: null,
          since: 0,
          sentence: "",
          isOver: false,
        };
      });
      variable.value = "";
      sendings.push(...added);
      show();
      void announce(added).then(sendAll);
    }

    /** Before the first byte of any: so that the kernel knows of all, and says at once what does not fit. */
    async function announce(added: readonly Sending[]): Promise<void> {
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
        show();
      }
    }

    function begun(sending: Sending, id: string): void {
      const earlier = sendings.find((each) => each.id === id && each !== sending);
      if (earlier && !earlier.isOver) sending.isOver = true; // the same file, chosen twice
      const gone = sending.isOver ? sending : earlier;
      if (gone) sendings.splice(sendings.indexOf(gone), 1);
      sending.id = id;
    }

    /** One after another: they share the way to the kernel. */
    async function sendAll(): Promise<void> {
      if (isSending) return;
      isSending = true;
      for (let next = waitingFile(); next && !signal.aborted; next = waitingFile()) await send(next);
      isSending = false;
    }

    function waitingFile(): Sending | undefined {
      return sendings.find((sending) => !sending.isOver);
    }

    async function send(sending: Sending): Promise<void> {
      const refresh = coalesce(show, signal);
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

    /**
     * Again and again: JupyterLab sends to the busy main shell what comes before its subshell is made. A kernel that
     * hears nothing while a cell runs answers late, or never, which is no fault.
     */
    async function sayHello(): Promise<void> {
      for (let said = 0; said < hellos && !signal.aborted; said += 1) {
        const answer = ask(model, "hello", {}, { signal, timeout: pause });
        if (await answer.catch(() => undefined)) return;
      }
    }

    async function fetchTyped(): Promise<void> {
      if (await command("fetch", { source: source.value, variable: variable.value })) {
        source.value = "";
        variable.value = "";
      }
    }

    function onEnter(event: KeyboardEvent): void {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (source.value) void fetchTyped();
    }

    async function release(): Promise<void> {
      await command("release", {});
    }

    async function cancel(key: string): Promise<void> {
      const sending = sendings.find((each) => each.key === key || each.id === key);
      sending?.stop.abort(new Error("cancelled"));
      if (sending && sending.id === null) {
        sending.isOver = true;
        sendings.splice(sendings.indexOf(sending), 1);
        show();
      } else {
        await command("cancel", { id: sending?.id ?? key });
      }
    }

    async function command(name: string, data: object): Promise<boolean> {
      try {
        await ask(model, name, data, { signal });
        complain("");
        return true;
      } catch (error) {
        if (!signal.aborted) complain(messageOf(error));
        return false;
      }
    }

    function complain(sentence: string): void {
      problem.textContent = sentence;
      problem.hidden = !sentence;
    }

    function show(): void {
      const shown: [key: string, item: Item, words: string][] = model.get("items").map((item) => {
        const sending = sendings.find((each) => each.id === item.id);
        return [item.id, ...overlaid(item, sending)];
      });
      for (const sending of sendings) {
        if (sending.id === null) shown.push([sending.key, itemOf(sending), sending.sentence]);
      }
      const keys = new Set(shown.map(([key]) => key));
      for (const [key, { element }] of rows) {
        if (!keys.has(key)) {
          element.remove();
          rows.delete(key);
        }
      }
      for (const [key, item, words] of shown) {
        const known = rows.get(key) ?? row(() => void cancel(key));
        rows.set(key, known);
        if (!known.element.parentElement) items.append(known.element);
        known.update(item, words);
      }
      items.hidden = shown.length === 0;
      speak(shown.map(([, item]) => item));
    }

    /** Politely, and of what has ended only. */
    function speak(all: readonly Item[]): void {
      const ended = all.filter((item) => ["done", "saved", "failed", "stopped"].includes(item.phase));
      const words = ended.map((item) => `${item.name}: ${item.phase}. ${item.sentence}`).join(" ");
      if (spoken.textContent !== words) spoken.textContent = words;
    }

    function showRecent(): void {
      const sources = model.get("recent");
      recent.hidden = sources.length === 0;
      recent.replaceChildren(
        h("span", { class: "cm-note" }, "Fetched before:"),
        ...sources.map((address) =>
          h(
            "button",
            {
              class: "cm-button",
              type: "button",
              title: address,
              onClick: () => {
                source.value = address;
                source.focus();
              },
            },
            address.split("/").at(-1) || address,
          ),
        ),
      );
    }

    function showRest(): void {
      waiting.hidden = !model.get("waits");
      const card = model.get("card");
      result.replaceChildren(...(isCard(card) ? [drawCard(card)] : []));
    }

    show();
    showRecent();
    showRest();
    onChange("items", show);
    onChange("recent", showRecent);
    onChange(["card", "waits"], showRest);
    void sayHello();
    const heart = setInterval(() => model.get("waits") && void sayHello(), heartbeat);
    signal.addEventListener("abort", () => clearInterval(heart));
    // A kernel in a running cell cannot show the panel on the next page: the cell must not wait for that.
    window.addEventListener("pagehide", () => void ask(model, "bye", {}, { signal }).catch(() => undefined), {
      signal,
    });
  },
});

const waits = "The cell goes on when a file or a source has become a frame.";

function isCard(card: State["card"]): card is CardData {
  return "title" in card;
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
function overlaid(item: Item, sending: Sending | undefined): [Item, string] {
  if (item.phase !== "arriving") return [item, ""];
  if (!sending) {
    return [
      item,
      `${pace(item, 0, 0)} arrived. It does not come from this page: choose the same file again, and it goes on.`,
    ];
  }
  if (sending.isOver) return [{ ...item, phase: "failed" }, sending.sentence];
  const current = { ...item, received: Math.max(item.received, sending.received) };
  const sent = sending.received - (sending.from ?? 0);
  return [current, sending.sentence || pace(current, sent, (performance.now() - sending.since) / 1000)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

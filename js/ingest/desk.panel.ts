/** Where files and sources are handed in: dropped, chosen, browsed or named, looked at, and at last what is in them. */
import { type CardData, drawCard } from "../shared/card";
import { button, field, sentence } from "../shared/controls";
import { h, messageOf } from "../shared/dom";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import { browser, type Places } from "./browser";
import css from "./desk.css";
import { dropZone } from "./drop";
import { type Glimpse, glimpseView } from "./glimpse";
import type { Item } from "./item";
import { list } from "./list";
import { stayPresent } from "./presence";
import { sendings } from "./sendings";

type State = {
  card: CardData | Record<string, never>;
  items: Item[];
  recent: Recent[];
  variable: string;
  waits: boolean;
  places: Places;
  glimpse: Glimpse | Record<string, never>;
};

/** What was fetched before, and how its store was reached, if by more than its address. */
export type Recent = {
  source: string;
  access: { endpoint?: string | null; profile?: string | null; anon?: boolean; requester_pays?: boolean };
};

export default definePanel<State>({
  name: "desk",
  css,
  draw({ model, root, signal, onChange }) {
    const { label: sourceLabel, input: source } = field(
      "Path or address",
      "data.csv, https://… or s3://…",
      onEnter,
    );
    const { label: nameLabel, input: variable } = field("Assign to", "named after the file", onEnter);
    variable.value = model.get("variable");
    const met = stayPresent(model, () => model.get("waits"), signal);
    const sent = sendings(model, signal, show, met);
    const drop = dropZone((files) => sent.take(files, taken(variable)), complain);
    const buttons = h("span.cm-row", button("Read", read), button("Preview", preview));
    const form = h("div.cm-desk-form", sourceLabel, nameLabel, buttons);
    const recent = h("div.cm-row.cm-recent", { role: "group", "aria-label": "Fetched before" });
    const places = browser((name, data) => void command(name, data));
    const glimpse = glimpseView(load, () => command("dismiss", {}));
    const items = list((key) => void cancel(key));
    const waiting = h(
      "div.cm-row",
      button("Do not wait", () => command("release", {})),
      h("span.cm-note", waits),
    );
    const problem = sentence(true);
    const title = h("h3.cm-title", "Ingest");
    const parts = [
      title,
      drop,
      form,
      recent,
      places.element,
      problem.element,
      glimpse.element,
      items.element,
      waiting,
    ];
    root.append(h("section.cm-card", { "aria-label": "Ingest" }, parts));
    const result = root.appendChild(h("div"));

    function onEnter(): void {
      if (source.value) void read();
    }

    async function read(): Promise<void> {
      if (await command("fetch", { source: source.value, variable: variable.value })) {
        source.value = "";
        variable.value = "";
      }
    }

    async function preview(): Promise<void> {
      if (await command("preview", { source: source.value })) source.value = "";
    }

    async function load(): Promise<void> {
      if (await command("load", { variable: variable.value })) variable.value = "";
    }

    async function cancel(key: string): Promise<void> {
      const id = sent.stop(key);
      if (id !== null) await command("cancel", { id });
    }

    async function command(name: string, data: object): Promise<boolean> {
      try {
        await met;
        await ask(model, name, data, { signal });
        complain("");
        return true;
      } catch (error) {
        if (!signal.aborted) complain(messageOf(error));
        return false;
      }
    }

    function complain(words: string): void {
      problem.say(words);
    }

    function show(): void {
      items.show(sent.over(model.get("items")));
    }

    function showRecent(): void {
      const sources = model.get("recent");
      recent.hidden = sources.length === 0;
      recent.replaceChildren(h("span.cm-note", "Fetched before"), ...sources.map(again));
    }

    /** One click reads it once more. */
    function again({ source, access }: Recent): HTMLElement {
      const read = () => command("fetch", { source, access, variable: taken(variable) });
      const store = [access.endpoint, access.profile].filter(Boolean).join(", ");
      return button(source.split("/").at(-1) || source, read, {
        title: store ? `${source} (${store})` : source,
      });
    }

    function showRest(): void {
      waiting.hidden = !model.get("waits");
      const card = model.get("card");
      result.replaceChildren(...(isCard(card) ? [drawCard(card)] : []));
    }

    function showLooks(): void {
      places.show(model.get("places"));
      glimpse.show(model.get("glimpse"));
    }

    show();
    showRecent();
    showRest();
    showLooks();
    onChange("items", show);
    onChange("recent", showRecent);
    onChange(["card", "waits"], showRest);
    onChange(["places", "glimpse"], showLooks);
  },
});

const waits = "The cell goes on when a file or a source has become a frame.";

/** What was typed, once. */
function taken(input: HTMLInputElement): string {
  const text = input.value.trim();
  input.value = "";
  return text;
}

function isCard(card: State["card"]): card is CardData {
  return "title" in card;
}

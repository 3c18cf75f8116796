/** Draws a panel's `card` trait: what `Card.data()` in Python says, the same text in the same order. */
import { bars } from "./bars";
import { type Child, h, set } from "./dom";

export type Tone = "" | "ok" | "warn" | "wrong";

export type Facts = { kind: "facts"; items: [name: string, value: string][] };
/** A tiny histogram, and what it shows in words. */
export type Bars = { heights: number[]; words: string };
/** Python sends text and histograms; a panel may put an element of its own there. */
export type Cell = string | Bars | HTMLElement;
export type Table = {
  kind: "table";
  columns: Cell[];
  rows: Cell[][];
  /** Whether each column is aligned to the right. */
  numeric: boolean[];
  caption: string;
};
export type Note = { kind: "note"; tone: Tone; sentence: string };

export type CardData = {
  title: string;
  big: string;
  state: string;
  tone: Tone;
  parts: (Facts | Table | Note)[];
};

const words = { ok: "OK", warn: "Warning", wrong: "Error" };

/** A card, with `extras` such as a row of buttons below what it says. */
export function drawCard(data: CardData, ...extras: Child[]): HTMLElement {
  const card = h("section.cm-card", h("div.cm-parts"), extras);
  redrawCard(card, data);
  return card;
}

/** Brings a drawn card up to date; its extras keep their place, state and focus. */
export function redrawCard(card: HTMLElement, data: CardData): void {
  set(card, { "aria-label": data.title });
  card.querySelector(":scope > .cm-parts")?.replaceChildren(...draw(data));
}

function draw({ title, state, tone, big, parts }: CardData): HTMLElement[] {
  const badge = h("span", { class: tone ? `cm-badge cm-${tone}` : "cm-time" }, state);
  return [
    h("h3.cm-title", title, state && badge),
    ...(big ? [h("p.cm-big", big)] : []),
    ...parts.flatMap(drawPart),
  ];
}

function drawPart(part: CardData["parts"][number]): HTMLElement[] {
  switch (part.kind) {
    case "facts":
      return [
        h(
          "dl.cm-facts",
          part.items.map(([name, value]) => [h("dt", name), h("dd", value)]),
        ),
      ];
    case "table":
      return drawTable(part);
    case "note":
      return [drawNote(part)];
  }
}

function drawNote({ tone, sentence }: Note): HTMLElement {
  const badge = tone && h("span", { class: `cm-badge cm-${tone}` }, words[tone]);
  return h("p.cm-note", badge, badge && " ", sentence);
}

/** A line never breaks between a number and its percent sign. */
function drawCell(cell: Cell): Child {
  if (typeof cell === "string") return cell.replaceAll(" %", "\u00a0%");
  return "heights" in cell ? [bars(cell.heights), " ", cell.words] : cell;
}

export function drawTable({ columns, rows, numeric, caption }: Table): HTMLElement[] {
  const side = (column: number) => (numeric[column] ? { class: "cm-number" } : {});
  const head = columns.map((name, column) => h("th", { scope: "col", ...side(column) }, drawCell(name)));
  const body = rows.map((row) =>
    h(
      "tr",
      row.map((cell, column) => h("td", side(column), drawCell(cell))),
    ),
  );
  const table = h("table", h("thead", h("tr", head)), h("tbody", body));
  // It scrolls when it is long or wide, so that the keyboard must be able to reach it.
  const frame = h(
    "div.cm-table",
    { role: "region", tabindex: 0, "aria-label": caption || head.map((each) => each.textContent).join(", ") },
    table,
  );
  return caption ? [h("p.cm-note.cm-above", caption), frame] : [frame];
}

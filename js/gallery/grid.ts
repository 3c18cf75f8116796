/** The pictures of one page as a grid with one moving focus. */
import { h } from "../shared/dom";
import { type Item, symbols, type Tile } from "./items";
import { type Layout, move } from "./moves";
import { canvasFor, cutOf, paint } from "./picture";

export interface GridEvents {
  select(item: Item): void;
  open(place: number): void;
  /** Another page: -1 or 1. */
  turn(step: number): void;
}

export interface Grid {
  readonly element: HTMLElement;
  /** The place that has, or would get, the focus. */
  readonly place: number;
  show(items: readonly Item[], layout: { columns: number; size: number; label: string }): void;
  mark(selected: readonly number[]): void;
  paint(sheet: ImageBitmap, tile: Tile): void;
  /** Moves the place without the focus. */
  point(place: number): void;
  focus(place: number): void;
}

const words = { "": "", ok: "", wrong: "wrong: " };

export function pictureGrid(events: GridEvents): Grid {
  let items: readonly Item[] = [];
  let layout: Layout = { count: 0, columns: 1 };
  let cells: HTMLElement[] = [];
  let canvases: HTMLCanvasElement[] = [];
  let place = 0;

  const element = h("div", {
    class: "cm-grid",
    role: "grid",
    "aria-multiselectable": true,
    onFocusin: ({ target }) => {
      const index = cells.indexOf(target as HTMLElement);
      if (index >= 0) point(index);
    },
    onKeydown: (event) => {
      if (!event.altKey && !event.ctrlKey && !event.metaKey && act(event.key)) event.preventDefault();
    },
  });

  function act(key: string): boolean {
    const item = items[place];
    const next = item && move(key, place, layout);
    if (next !== undefined) focus(next);
    else if (key === "PageUp" || key === "PageDown") events.turn(key === "PageUp" ? -1 : 1);
    else if (item && key === " ") events.select(item);
    else if (item && key === "Enter") events.open(place);
    else return false;
    return true;
  }

  function point(next: number): void {
    place = Math.max(0, Math.min(next, items.length - 1));
    for (const [index, cell] of cells.entries()) cell.tabIndex = index === place ? 0 : -1;
  }

  function focus(next: number): void {
    point(next);
    cells[place]?.focus();
  }

  function drawCell(item: Item, index: number): HTMLElement {
    const canvas = canvasFor(item);
    canvases.push(canvas);
    return h(
      "div",
      {
        class: "cm-cell",
        role: "gridcell",
        tabindex: index === place ? 0 : -1,
        "aria-selected": false,
        "aria-label": item.problem
          ? `${item.name} ${item.problem}`
          : `${words[item.tone]}${item.caption} ${item.share}`,
        title: [item.caption, item.name].join("\n"),
        dataset: { tone: item.problem ? "problem" : item.tone },
        onClick: () => {
          focus(index);
          events.select(item);
        },
        onDblclick: () => events.open(index),
      },
      h("div", { class: "cm-frame" }, item.problem ? h("p", { class: "cm-problem" }, item.problem) : canvas),
      h(
        "div",
        { class: "cm-caption" },
        h("div", { class: "cm-words" }, symbols[item.tone], item.problem ? item.name : item.caption),
        h("div", {}, item.share),
      ),
    );
  }

  return {
    element,
    get place() {
      return place;
    },
    show(shown, { columns, size, label }) {
      const hadFocus = element.contains(document.activeElement);
      items = shown;
      layout = { count: items.length, columns };
      place = Math.max(0, Math.min(place, items.length - 1));
      canvases = [];
      cells = items.map(drawCell);
      const empty = Array.from({ length: Math.max(0, size - items.length) }, placeholder);
      element.replaceChildren(...rows([...cells, ...empty], columns));
      element.setAttribute("aria-label", label);
      element.setAttribute("aria-colcount", String(columns));
      if (hadFocus) focus(place);
    },
    mark(selected) {
      for (const [index, cell] of cells.entries()) {
        cell.setAttribute("aria-selected", String(selected.includes(items[index]?.index ?? -1)));
      }
    },
    paint(sheet, tile) {
      for (const [index, canvas] of canvases.entries()) {
        const item = items[index];
        if (item && !item.problem) paint(canvas, sheet, cutOf(index, item, tile));
      }
    },
    point,
    focus,
  };
}

/** Holds the place of a picture that a fuller page has, so that the height never changes. */
function placeholder(): HTMLElement {
  const parts = [h("div", { class: "cm-frame" }), h("div", { class: "cm-caption" })];
  return h("div", { class: "cm-cell cm-empty", "aria-hidden": true }, parts);
}

function rows(cells: readonly HTMLElement[], columns: number): HTMLElement[] {
  const starts = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => row * columns);
  return starts.map((start) => {
    const row = cells.slice(start, start + columns);
    const isEmpty = row.every((cell) => cell.classList.contains("cm-empty"));
    return h("div", isEmpty ? { class: "cm-cells" } : { class: "cm-cells", role: "row" }, row);
  });
}

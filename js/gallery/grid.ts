/** A grid over any number of pictures with one moving focus; only the rows near the screen are there. */
import { h, set } from "../shared/dom";
import { coalesce } from "../shared/frame";
import { pictureCell } from "./cell";
import type { Item } from "./items";
import { type Layout, move, scale } from "./moves";
import type { Pieces } from "./pieces";

export interface GridEvents {
  select(item: Item): void;
  open(place: number): void;
}

export interface Grid {
  readonly element: HTMLElement;
  /** The place that has, or would get, the focus. */
  readonly place: number;
  /** Draws anew, from the first picture on unless `stay`. */
  show(layout: Layout, label: string, stay: boolean): void;
  /** Draws what has arrived since. */
  fill(): void;
  /** Paints all pictures: a page that was hidden may have lost them. */
  paint(): void;
  mark(): void;
  /** Moves the place without the focus. */
  point(place: number): void;
  focus(place: number): void;
}

const gap = 8;

export function pictureGrid(
  pieces: Pieces,
  isSelected: (index: number) => boolean,
  events: GridEvents,
  signal: AbortSignal,
): Grid {
  let layout: Layout = { count: 0, columns: 1, rows: 1 };
  let place = 0;
  let top = 0;
  /** Where the scroll bar was when it was last looked at. */
  let bar = 0;
  let rowHeight = 1;
  /** Where the pictures lie in a row. */
  let box = { x: 0, y: 0, side: 0, pitch: 0, width: 0 };
  const rows = new Map<number, HTMLElement>();
  /** Canvases of rows that went, as a new one costs more than a whole row of pictures. */
  let spare: HTMLCanvasElement[] = [];

  const spacer = h("div.cm-spacer", { role: "presentation" });
  const element = h(
    "div.cm-grid",
    {
      role: "grid",
      "aria-multiselectable": true,
      onScroll: coalesce(follow, signal),
      onFocusin: ({ target }) => {
        const at = Number((target as HTMLElement).dataset.place);
        if (at >= 0) point(at);
      },
      onClick: ({ target }) =>
        act(target, (at, item) => {
          focus(at);
          events.select(item);
        }),
      onDblclick: ({ target }) => act(target, (at) => events.open(at)),
      onKeydown: (event) => {
        if (!event.altKey && !event.ctrlKey && !event.metaKey && press(event.key)) event.preventDefault();
      },
    },
    spacer,
  );

  function act(target: EventTarget | null, then: (at: number, item: Item) => void): void {
    const at = Number((target as HTMLElement).closest<HTMLElement>("[data-place]")?.dataset.place ?? -1);
    const shown = at >= 0 && pieces.at(at);
    if (shown) then(at, shown.item);
  }

  function press(key: string): boolean {
    const item = pieces.at(place)?.item;
    const next = layout.count ? move(key, place, layout) : undefined;
    if (next !== undefined) focus(next);
    else if (item && key === " ") events.select(item);
    else if (item && key === "Enter") events.open(place);
    else return false;
    return true;
  }

  function measure() {
    return scale(Math.ceil(layout.count / layout.columns) * rowHeight, layout.rows * rowHeight);
  }

  /** One row tells the height of all, as captions have a fixed height. */
  function measureRow(): void {
    const cells = [0, 1].slice(0, layout.columns).map((step) => cellFor(-1, step));
    const row = h("div.cm-cells", cells);
    spacer.append(row);
    rowHeight = (row.offsetHeight || 160) + gap;
    const { left, top, width } = row.getBoundingClientRect();
    const [first, second] = cells.map((cell) => cell.firstElementChild?.getBoundingClientRect() as DOMRect);
    row.remove();
    if (!first) return;
    const pitch = second ? second.left - first.left : 0;
    box = { x: first.left - left, y: first.top - top, side: first.width, pitch, width };
  }

  function point(next: number): void {
    cell(place)?.setAttribute("tabindex", "-1");
    place = Math.max(0, Math.min(next, layout.count - 1));
    cell(place)?.setAttribute("tabindex", "0");
  }

  function cell(at: number): HTMLElement | null {
    return spacer.querySelector<HTMLElement>(`[data-place="${at}"]`);
  }

  function focus(next: number): void {
    point(next);
    reveal();
    cell(place)?.focus({ preventScroll: true });
  }

  function reveal(): void {
    const from = Math.floor(place / layout.columns) * rowHeight;
    const screen = layout.rows * rowHeight;
    const moved = Math.min(from, Math.max(top, from + rowHeight - screen));
    if (moved !== top) scrollTo(moved);
    draw();
  }

  function scrollTo(next: number): void {
    top = next;
    element.scrollTop = measure().scroll(top);
    bar = element.scrollTop;
  }

  function follow(): void {
    const from = bar;
    bar = element.scrollTop;
    top = measure().follow(top, from, bar);
    // With more above, the bar goes back to where that is on the whole way. Below, the last rows make the way longer.
    if (bar < 1) scrollTo(top < element.clientHeight ? 0 : top);
    draw();
  }

  function draw(): void {
    const { columns, count } = layout;
    const shift = element.scrollTop - top; // read first: after a change it would lay everything out
    const last = Math.ceil(count / columns) - 1;
    const from = Math.max(0, Math.floor(top / rowHeight) - 1);
    const to = Math.min(last, Math.ceil(top / rowHeight) + layout.rows);
    for (const [row, line] of rows) {
      const isNear = row >= from && row <= to;
      if (isNear || line.contains(document.activeElement)) continue;
      line.remove();
      rows.delete(row);
      spare.push(line.lastElementChild as HTMLCanvasElement);
    }
    pieces.want(from * columns, Math.min(count, (to + 1) * columns) - 1);
    for (let row = from; row <= to; row += 1) if (!rows.has(row)) put(row);
    // No variable of ours: it would be inherited, and all that is in a row styled anew.
    for (const [row, line] of rows) line.style.translate = `0 ${row * rowHeight + shift}px`;
  }

  function cellFor(at: number, column: number): HTMLElement {
    return pictureCell(pieces.at(at)?.item, {
      place: at,
      column,
      hasFocus: at === place,
      isBare: layout.isBare,
      isSelected,
    });
  }

  /** Puts a row in its order, which is that of screen readers. */
  function put(row: number): void {
    const { columns, count } = layout;
    const start = row * columns;
    const cells = Array.from({ length: Math.min(columns, count - start) }, (_, step) =>
      cellFor(start + step, step),
    );
    const old = rows.get(row);
    const canvas = (old?.lastElementChild as HTMLCanvasElement | undefined) ?? spare.pop() ?? newCanvas();
    const line = h("div.cm-cells", { role: "row", "aria-rowindex": row + 1 }, cells, canvas);
    paintRow(row, canvas);
    rows.set(row, line);
    old?.replaceWith(line);
    if (old) return;
    const after = [...rows.keys()].filter((other) => other > row);
    spacer.insertBefore(line, after.length ? (rows.get(Math.min(...after)) as HTMLElement) : null);
  }

  /** For a whole row: a page of small pictures would have hundreds, each with a cost of its own. */
  function newCanvas(): HTMLCanvasElement {
    return h("canvas.cm-pictures", {
      width: Math.round(box.width * devicePixelRatio),
      height: Math.round((box.y + box.side) * devicePixelRatio),
      "aria-hidden": true,
    });
  }

  function paintRow(row: number, canvas: HTMLCanvasElement): void {
    canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    const [side, y] = [box.side * devicePixelRatio, box.y * devicePixelRatio];
    for (let step = 0; step < layout.columns; step += 1) {
      const shown = pieces.at(row * layout.columns + step);
      const x = (box.x + step * box.pitch) * devicePixelRatio;
      if (shown && !shown.item.problem) shown.paint(canvas, { x, y, width: side, height: side });
    }
  }

  return {
    element,
    get place() {
      return place;
    },
    show(next, label, stay) {
      const hadFocus = element.contains(document.activeElement);
      const shownFirst = stay ? Math.round(top / rowHeight) * layout.columns : 0;
      const at = stay ? place : 0;
      layout = next;
      for (const line of rows.values()) line.remove();
      rows.clear();
      spare = [];
      point(at);
      set(element, {
        "aria-label": label,
        "aria-rowcount": Math.ceil(layout.count / layout.columns),
        "aria-colcount": layout.columns,
      });
      measureRow();
      element.style.setProperty("--cm-height", String(layout.rows * rowHeight - gap));
      spacer.style.setProperty("--cm-height", String(Math.max(0, measure().shown - gap)));
      const most = Math.max(0, Math.ceil(layout.count / layout.columns) - layout.rows) * rowHeight;
      scrollTo(Math.min(most, Math.floor(shownFirst / layout.columns) * rowHeight));
      draw();
      if (hadFocus) focus(place);
    },
    fill() {
      const hadFocus = element.contains(document.activeElement);
      for (const [row, line] of [...rows]) if (line.querySelector("[aria-label=loading]")) put(row);
      if (hadFocus) cell(place)?.focus({ preventScroll: true });
      draw();
    },
    paint() {
      for (const [row, line] of rows) paintRow(row, line.lastElementChild as HTMLCanvasElement);
      draw();
    },
    mark() {
      for (const each of spacer.querySelectorAll<HTMLElement>("[data-index]")) {
        set(each, { "aria-selected": isSelected(Number(each.dataset.index)) });
      }
    },
    point(next) {
      point(next);
      reveal();
    },
    focus,
  };
}

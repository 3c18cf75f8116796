/** The gallery: views, one page of pictures, a selection that Python reads, and a closer look. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { h } from "../shared/dom";
import { count, plural } from "../shared/format";
import { ask } from "../shared/messages";
import { definePanel, type Scene } from "../shared/panel";
import { type Closer, closerLook } from "./detail";
import { pictureGrid } from "./grid";
import type { Counts, Item, Tile, View } from "./items";
import { columnsFor, hasRoomBeside } from "./moves";
import css from "./panel.css";
import { cutOf, decode, paint } from "./picture";
import { viewChoice } from "./views";

export type State = {
  card: CardData;
  view: View;
  class_number: number | null;
  page: number;
  pages: number;
  size: number;
  atlas: DataView;
  tile: Tile;
  items: Item[];
  nothing: string;
  counts: Counts;
  class_names: string[];
  selected: number[];
  selected_count: number;
};

export default definePanel<State>({ name: "gallery", css, draw });

function draw({ model, root, signal, onChange }: Scene<State>): void {
  const names = model.get("class_names");
  const size = model.get("size");
  let sheet: ImageBitmap | undefined;
  let columns = columnsFor(0, size);
  let looking = new AbortController();

  const views = viewChoice(model.get("counts"), names, (view, classNumber) => turn(view, classNumber, 0));
  const grid = pictureGrid({ select: toggle, open: look, turn: turnBy });
  const closer = closerLook({ close: stopLooking, step: (by) => look(grid.place + by) });
  const previous = button("‹ Previous", () => turnBy(-1));
  const next = button("Next ›", () => turnBy(1));
  const position = h("span", { class: "cm-position", role: "status" });
  const selection = h("span", { class: "cm-selection", role: "status" });
  const clear = button("Clear selection", () => command("clear", {}));
  const problem = h("div", { role: "alert" });
  const nothing = h("p", { class: "cm-nothing", role: "status" });
  const stage = h(
    "div",
    { class: model.get("counts").correct === null ? "cm-stage" : "cm-stage cm-judged" },
    h("div", { class: "cm-page" }, grid.element, nothing),
    closer.element,
  );
  const notes = h("div", { class: "cm-notes" });
  const card = drawCard(
    headline(),
    h("div", { class: "cm-toolbar" }, views.element, h("div", { class: "cm-row" }, previous, position, next)),
    problem,
    stage,
    h("div", { class: "cm-row" }, selection, clear),
    notes,
  );
  root.append(card);

  showPage();
  showSelection();
  onChange(["card", "items", "atlas", "tile", "page", "pages", "view", "class_number", "nothing"], showPage);
  onChange(["selected", "selected_count", "items"], showSelection);
  watchSize();

  /** The card's notes go below the pictures. */
  function headline(): CardData {
    return { ...model.get("card"), parts: [] };
  }

  function showPage(): void {
    stopLooking();
    redrawCard(card, headline());
    problem.replaceChildren();
    views.show(model.get("view"), model.get("class_number"));
    stage.style.setProperty("--cm-columns", String(columns));
    grid.show(model.get("items"), { columns, size, label: model.get("card").title });
    grid.mark(model.get("selected"));
    nothing.textContent = model.get("nothing");
    nothing.hidden = !model.get("nothing");
    position.textContent = `Page ${count(model.get("page") + 1)} of ${count(model.get("pages"))}`;
    previous.setAttribute("aria-disabled", String(model.get("page") === 0));
    next.setAttribute("aria-disabled", String(model.get("page") + 1 >= model.get("pages")));
    const sentences = model.get("card").parts.map((part) => (part.kind === "note" ? part.sentence : ""));
    notes.replaceChildren(...[...sentences, keys].map((sentence) => h("p", { class: "cm-note" }, sentence)));
    void unfold();
  }

  async function unfold(): Promise<void> {
    const atlas = model.get("atlas");
    const decoded = await decode(atlas);
    if (signal.aborted || atlas !== model.get("atlas")) return decoded.close();
    sheet?.close();
    sheet = decoded;
    grid.paint(sheet, model.get("tile"));
  }

  function showSelection(): void {
    grid.mark(model.get("selected"));
    selection.textContent = plural(model.get("selected_count"), "picture selected", "pictures selected");
    clear.setAttribute("aria-disabled", String(model.get("selected_count") === 0));
  }

  function toggle({ index }: Item): void {
    const selected = model.get("selected");
    const others = selected.filter((each) => each !== index);
    const added = others.length === selected.length;
    model.set("selected", added ? [...others, index] : others);
    model.save_changes();
  }

  function turnBy(step: number): void {
    const page = model.get("page") + step;
    if (page < 0 || page >= model.get("pages")) return;
    turn(model.get("view"), model.get("class_number"), page);
  }

  function turn(view: View, class_number: number | null, page: number): void {
    command("turn", { view, class_number, page });
  }

  async function command(name: string, data: object): Promise<void> {
    stage.setAttribute("aria-busy", "true");
    try {
      await ask(model, name, data, { signal });
      problem.replaceChildren();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(h("p", { class: "cm-error" }, (error as Error).message));
    } finally {
      stage.removeAttribute("aria-busy");
    }
  }

  async function look(place: number): Promise<void> {
    const item = model.get("items")[place];
    if (!item) return;
    looking.abort();
    looking = new AbortController();
    const { signal: current } = looking;
    grid.point(place);
    stage.classList.add("cm-looking");
    closer.open(item, (canvas) => sheet && paint(canvas, sheet, cutOf(place, item, model.get("tile"))));
    try {
      const { result, buffers } = await ask<Closer>(
        model,
        "detail",
        { index: item.index },
        { signal: current },
      );
      const picture = buffers[0] && (await decode(buffers[0]));
      if (picture && !current.aborted) closer.fill(item, result, picture, names);
      picture?.close();
    } catch (error) {
      if (!current.aborted) closer.fail((error as Error).message);
    }
  }

  function stopLooking(): void {
    looking.abort();
    const hadFocus = closer.element.contains(document.activeElement);
    stage.classList.remove("cm-looking");
    closer.close();
    if (hadFocus) grid.focus(grid.place);
  }

  /** Notebooks that scroll a cell out of sight may drop what its canvases hold. */
  function watchSize(): void {
    const resized = new ResizeObserver(() => {
      const width = stage.clientWidth;
      stage.classList.toggle("cm-wide", hasRoomBeside(width));
      const fitting = columnsFor(width, size);
      if (fitting === columns) return;
      columns = fitting;
      showPage();
    });
    const seen = new IntersectionObserver(() => sheet && grid.paint(sheet, model.get("tile")));
    resized.observe(stage);
    seen.observe(stage);
    signal.addEventListener("abort", () => {
      looking.abort();
      resized.disconnect();
      seen.disconnect();
      sheet?.close();
    });
  }
}

const keys = "Arrow keys move, Space selects, Enter looks closer, Page Up and Page Down turn the page.";

function button(verb: string, onClick: () => void): HTMLButtonElement {
  return h(
    "button",
    {
      class: "cm-button",
      type: "button",
      onClick: ({ currentTarget }) => {
        // aria-disabled and not disabled: the focus stays where it is on the last page.
        if ((currentTarget as HTMLElement).getAttribute("aria-disabled") !== "true") onClick();
      },
    },
    verb,
  );
}

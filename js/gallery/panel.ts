/** The gallery: a choice of pictures, a grid over all of them, a selection that Python reads, and a closer look. */
import { type CardData, drawCard, redrawCard } from "../shared/card";
import { button, choice, sentence } from "../shared/controls";
import { h, set } from "../shared/dom";
import { count, plural } from "../shared/format";
import { ask } from "../shared/messages";
import { definePanel, type Scene } from "../shared/panel";
import { type Closer, closerLook } from "./detail";
import { pictureGrid } from "./grid";
import type { Confusion, Counts, Item, Query, Tile } from "./items";
import { confusionMatrix } from "./matrix";
import { type Density, densities, hasRoomBeside, layoutFor } from "./moves";
import css from "./panel.css";
import { decode, unpack } from "./picture";
import { type Fetched, pieces as gather } from "./pieces";
import { orderChoice, viewChoice } from "./views";

export type State = {
  card: CardData;
  query: Query;
  total: number;
  version: number;
  size: number;
  block: number;
  atlas: DataView;
  tile: Tile;
  items: Item[];
  nothing: string;
  counts: Counts;
  confusion: Confusion;
  can_rank: boolean;
  class_names: string[];
  selected: DataView;
  selected_count: number;
};

type Window = { version: number; items: Item[]; tile: Tile };

export default definePanel<State>({ name: "gallery", css, draw });

function draw({ model, root, signal, onChange }: Scene<State>): void {
  const names = model.get("class_names");
  const size = model.get("size");
  const isJudged = model.get("counts").correct !== null;
  let density: Density = size > 9 ? "medium" : "large";
  let layout = layoutFor(0, density, size);
  let version = -1;
  let looking = new AbortController();

  const choose = (change: Partial<Query>) => command("show", { query: { ...model.get("query"), ...change } });
  const views = viewChoice(model.get("counts"), names, choose);
  const orders = orderChoice(model.get("can_rank"), choose);
  const matrix = confusionMatrix(model.get("confusion"), names, (cells) =>
    choose({ view: "confusion", cells }),
  );
  const pieces = gather(model.get("block"), fetch, () => grid.fill());
  const grid = pictureGrid(pieces, isSelected, { select: toggle, open: look }, signal);
  const closer = closerLook({ close: stopLooking, step: (by) => look(grid.place + by) });
  const everything = button("", () => resize("medium"));
  const densityChoice = choice(
    "Size of the pictures",
    densities.map((each) => [each, `${each[0]?.toUpperCase()}${each.slice(1)} pictures`]),
    (value) => resize(value as Density),
  );
  const selection = h("span.cm-selection", { role: "status" });
  // aria-disabled and not disabled: the focus stays where it is when there is nothing left to clear.
  const clear = button("Clear selection", () => model.get("selected_count") && command("clear", {}));
  const problem = sentence(true);
  const nothing = h("p.cm-nothing", { role: "status" });
  const stage = h(
    isJudged ? "div.cm-stage.cm-judged" : "div.cm-stage",
    h("div.cm-page", grid.element, nothing),
    closer.element,
  );
  const notes = h("div.cm-notes");
  const card = drawCard(
    headline(),
    views.element,
    orders.element,
    isJudged && matrix.element,
    problem.element,
    stage,
    h("div.cm-row", selection, clear),
    notes,
  );
  orders.element.prepend(densityChoice);
  orders.element.append(everything);
  root.append(card);
  set(card.firstElementChild as HTMLElement, { "aria-live": "polite" }); // how many pictures were chosen

  showChoice();
  showSelection();
  onChange(["card", "query", "items", "atlas", "version", "nothing"], showChoice);
  onChange(["selected", "selected_count"], showSelection);
  watchSize();

  /** The card's notes go below the pictures. */
  function headline(): CardData {
    return { ...model.get("card"), parts: [] };
  }

  function showChoice(): void {
    redrawCard(card, headline());
    const query = model.get("query");
    views.show(query);
    orders.show(query);
    matrix.show(query.cells);
    matrix.element.hidden = query.view !== "confusion";
    nothing.textContent = model.get("nothing");
    nothing.hidden = !model.get("nothing");
    closer.element.hidden = !nothing.hidden;
    const sentences = model.get("card").parts.map((part) => (part.kind === "note" ? part.sentence : ""));
    notes.replaceChildren(...[...sentences, keys].map((sentence) => h("p.cm-note", sentence)));
    if (version === model.get("version")) return;
    version = model.get("version");
    stopLooking();
    problem.say("");
    const tile = model.get("tile");
    pieces.begin(
      { items: model.get("items"), tile, sheet: unpack(model.get("atlas"), tile) },
      model.get("total"),
    );
    arrange(false);
  }

  function arrange(stay: boolean): void {
    stage.style.setProperty("--cm-columns", String(layout.columns));
    stage.dataset.density = density;
    densityChoice.value = density;
    everything.textContent = `Show all ${count(model.get("total"))}`;
    everything.hidden = density !== "large" || model.get("total") <= size;
    grid.show({ ...layout, count: model.get("total") }, model.get("card").title, stay);
  }

  async function fetch(start: number): Promise<Fetched | undefined> {
    const asked = version;
    try {
      const data = { start, count: model.get("block") };
      const { result, buffers } = await ask<Window>(model, "window", data, { signal });
      if (result.version !== asked || !buffers[0]) return undefined;
      return { items: result.items, tile: result.tile, sheet: await decode(buffers[0]) };
    } catch (error) {
      if (!signal.aborted && asked === version) problem.say(error);
      return undefined;
    }
  }

  function resize(next: Density): void {
    const hadFocus = document.activeElement === everything;
    density = next;
    layout = layoutFor(stage.clientWidth, density, size);
    arrange(true);
    if (hadFocus) grid.focus(grid.place);
  }

  function isSelected(index: number): boolean {
    const bits = model.get("selected");
    return (
      index >= 0 && index >> 3 < bits.byteLength && ((bits.getUint8(index >> 3) >> (index & 7)) & 1) === 1
    );
  }

  function showSelection(): void {
    grid.mark();
    selection.textContent = plural(model.get("selected_count"), "picture selected", "pictures selected");
    set(clear, { "aria-disabled": model.get("selected_count") === 0 });
  }

  function toggle({ index }: Item): void {
    const { buffer, byteOffset, byteLength } = model.get("selected");
    const bits = new DataView(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    bits.setUint8(index >> 3, bits.getUint8(index >> 3) ^ (1 << (index & 7)));
    model.set("selected", bits);
    model.save_changes();
  }

  async function command(name: string, data: object): Promise<void> {
    set(stage, { "aria-busy": true });
    try {
      await ask(model, name, data, { signal });
      problem.say("");
    } catch (error) {
      if (signal.aborted) return;
      problem.say(error);
      orders.show(model.get("query"));
    } finally {
      stage.removeAttribute("aria-busy");
    }
  }

  async function look(place: number): Promise<void> {
    const shown = pieces.at(place);
    if (!shown) return;
    const { item } = shown;
    looking.abort();
    looking = new AbortController();
    const { signal: current } = looking;
    grid.point(place);
    stage.classList.add("cm-looking");
    closer.open(item, shown.paint);
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
      layout = layoutFor(width, density, size);
      arrange(true);
    });
    const seen = new IntersectionObserver(() => grid.paint());
    resized.observe(stage);
    seen.observe(stage);
    signal.addEventListener("abort", () => {
      looking.abort();
      resized.disconnect();
      seen.disconnect();
      pieces.begin(undefined, 0);
    });
  }
}

const keys = "Arrow keys and Page Up or Down move, Space selects, Enter or a double click looks closer.";

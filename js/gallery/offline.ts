/** Stands in for the kernel in an exported gallery: the panel's state and commands, answered from the file. */
import { messageOf } from "../shared/dom";
import { percent, plural } from "../shared/format";
import type { MessageListener, Model } from "../shared/model";
import type { Item, Query, Tile } from "./items";
import type { State } from "./panel";

/** As `offline.py` writes it. */
export interface Data {
  /** What the panel shows whatever is chosen, and the query that it opens with. */
  state: State;
  /** What each view shows one or more of: `wrong test image`. */
  kinds: Record<Query["view"], string>;
  nothing: string;
  /** Of arrays there are none: they have their numbers. */
  names: string[] | null;
  /** One for each picture, or one for all. */
  sizes: [width: number, height: number][];
  problems: Record<number, string>;
  /** What is black and white, and how many channels a pixel has; null where the pixels are not as they were given. */
  pixels: [low: number, high: number, channels: number] | null;
  columns: Record<string, string>;
}

/** A number for each picture; of `shares`, in steps of 0.01 %, one for each class. */
export interface Columns {
  index: Uint32Array;
  true?: Uint16Array;
  predicted?: Uint16Array;
  shares?: Uint16Array;
  loss?: Float32Array;
  /** A bit for each picture of where these are from. */
  selected: Uint8Array<ArrayBuffer>;
}

/** Pictures in one file, as many rows of them as columns, and its pixels (RGBA). */
export interface Drawn {
  file: DataView;
  pixels: Uint8ClampedArray;
}

export interface Offline extends Model<State> {
  /** The indices of what is selected, rising. */
  selected(): number[];
}

type Request = { id: string; command: string; data: Record<string, number> & { query: Query } };

export async function offline(
  data: Data,
  columns: Columns,
  draw: (tile: Tile, places: readonly number[], items: readonly Item[]) => Promise<Drawn>,
): Promise<Offline> {
  const listeners: Record<string, Set<MessageListener>> = {};
  const { index: indices, shares } = columns;
  let state = { ...data.state, version: 0 };
  const all = Array.from(indices, (_, place) => itemAt(place));
  let members: number[] = [];
  let latest = 0;

  function fire(event: string, content?: unknown, buffers?: readonly DataView[]): void {
    for (const listen of listeners[event] ?? []) listen(content, buffers);
  }

  function change(changes: Partial<State>): void {
    state = { ...state, ...changes };
    for (const key in changes) fire(`change:${key}`);
  }

  function probabilities(place: number): number[] | null {
    const classes = (shares?.length ?? 0) / indices.length;
    const own = shares?.subarray(place * classes, (place + 1) * classes);
    return own ? Array.from(own, (share) => share / 10_000) : null;
  }

  function itemAt(place: number): Item {
    const index = indices[place] as number;
    const true_ = columns.true?.[place] ?? null;
    const predicted = columns.predicted?.[place] ?? null;
    const probability = probabilities(place)?.[predicted ?? -1] ?? null;
    const name = data.names?.[place] ?? `#${index}`;
    const [label, guess] = [true_, predicted].map((number) => state.class_names[number ?? -1]);
    const tone = true_ === null || predicted === null ? "" : true_ === predicted ? "ok" : "wrong";
    const judged = tone === "ok" ? `${label} correct` : tone && `predicted ${guess},\ntrue ${label}`;
    const [width, height] = (data.sizes[place] ?? data.sizes[0]) as [number, number];
    return {
      index,
      name,
      true: true_,
      predicted,
      probability,
      loss: columns.loss?.[place] ?? null,
      caption: judged || label || (guess ? `predicted ${guess}` : name),
      share: probability === null ? "" : percent(probability),
      tone,
      problem: data.problems[place] ?? "",
      width,
      height,
    };
  }

  /** The places of what is chosen, in its order; equals stay in the order of the file. */
  function choose({ view, number, cells, sort, reverse, confidence: [low, high], search }: Query): number[] {
    const ranks: Record<string, number> = {};
    const margin = (place: number, own: number, predicted: number | null) =>
      own - Math.max(0, ...(probabilities(place)?.filter((_, each) => each !== predicted) ?? []));
    all.forEach(({ index, true: true_, predicted, probability, tone, name, loss }, place) => {
      const share = probability ?? 0;
      const isChosen =
        (view !== "wrong" || tone === "wrong") &&
        (view !== "correct" || tone === "ok") &&
        (view !== "class" || true_ === number) &&
        (!cells[0] || cells.some(([t, p]) => (t ?? true_) === true_ && (p ?? predicted) === predicted)) &&
        (probability ?? 1) >= low &&
        share <= high &&
        name.toLowerCase().includes(search.toLowerCase());
      if (!isChosen) return;
      ranks[place] =
        sort === "margin"
          ? margin(place, share, predicted)
          : { index, loss: -(loss ?? 0), confidence: -share }[sort];
    });
    const found = Object.keys(ranks).sort((a, b) => (ranks[a] as number) - (ranks[b] as number));
    return (reverse ? found.reverse() : found).map(Number);
  }

  async function window(places: readonly number[], version = state.version) {
    const items = places.map((place) => all[place] as Item);
    const { file, pixels } = await draw(state.tile, places, items);
    return { result: { items, version, tile: state.tile }, file, pixels };
  }

  const commands: Record<string, (data: Request["data"]) => Promise<{ result?: unknown; file?: DataView }>> =
    {
      async show({ query }) {
        state.query = query; // at once: what is chosen next, in haste, changes this one
        const found = choose(query);
        latest += 1;
        const { result, pixels } = await window(found.slice(0, state.size), latest);
        if (result.version !== latest) return {};
        members = found; // with the version and not before it: the panel takes what it finds for that version's
        const total = members.length;
        const card = { ...state.card, title: plural(total, data.kinds[query.view]) };
        const atlas = new DataView(pixels.buffer);
        change({ ...result, query, card, total, nothing: total ? "" : data.nothing, atlas });
        return {};
      },
      window: ({ start, count: size }) =>
        window(members.slice(start as number, (start as number) + (size as number))),
      async detail({ index }) {
        const place = indices.indexOf(index as number);
        const item = all[place] as Item;
        const { file, pixels } = await draw({ ...state.tile, ...item, columns: 1 }, [place], [item]);
        const [low, high, channels] = data.pixels ?? [0, 0, 0];
        const valueAt = (at: number) =>
          Array.from(pixels.subarray(at, at + channels), (value) => low + ((high - low) * value) / 255);
        const values = Array.from({ length: item.height }, (_, row) =>
          Array.from({ length: item.width }, (_, column) => valueAt(4 * (row * item.width + column))),
        );
        return { result: { probabilities: probabilities(place), values: data.pixels && values }, file };
      },
      async clear() {
        select(new DataView(new ArrayBuffer(state.selected.byteLength)));
        return {};
      },
    };

  function selected(): number[] {
    const bits = state.selected;
    return Array.from({ length: bits.byteLength * 8 }, (_, index) => index).filter(
      (index) => (bits.getUint8(index >> 3) >> (index & 7)) & 1,
    );
  }

  function select(bits: DataView): void {
    state.selected = bits;
    change({ selected: bits, selected_count: selected().length });
  }

  select(new DataView(columns.selected.buffer));
  await commands.show?.({ query: state.query } as Request["data"]);
  return {
    selected,
    get: (key) => state[key],
    set: (_, bits) => select(bits as DataView),
    save_changes() {},
    on(event: string, listener: MessageListener) {
      listeners[event] = (listeners[event] ?? new Set()).add(listener);
    },
    off(event: string, listener: MessageListener) {
      listeners[event]?.delete(listener);
    },
    async send(content) {
      const { id, command, data: asked } = content as Request;
      try {
        const answer = await commands[command]?.(asked);
        const buffers = answer?.file && [answer.file];
        fire("msg:custom", { kind: "reply", id, ok: true, result: answer?.result }, buffers);
      } catch (error) {
        fire("msg:custom", { kind: "reply", id, ok: false, error: messageOf(error) });
      }
    },
  };
}

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Item, Query, Tile } from "./items";
import { page } from "./items.fake";
import { type Columns, type Data, type Offline, offline } from "./offline";
import type { State } from "./panel";

const plain: Query = { ...page().query, view: "first" };

/** Five pictures of three classes: of the indices 9, 2, 4, 7 and 11 in their file's order; 2 and 7 are wrong. */
const columns: Columns = {
  index: new Uint32Array([9, 2, 4, 7, 11]),
  true: new Uint16Array([0, 1, 2, 0, 1]),
  predicted: new Uint16Array([0, 2, 2, 1, 1]),
  shares: new Uint16Array([9000, 600, 400, 100, 2900, 7000, 0, 0, 10000, 4000, 5500, 500, 200, 9000, 800]),
  loss: new Float32Array([0.105, 1.238, 0, 0.916, 0.105]),
  selected: new Uint8Array([0b10000100, 0]),
};
const state: State = { ...page(), class_names: ["cat", "dog", "cow"], query: plain, size: 2, block: 4 };
const data: Data = {
  state,
  kinds: {
    first: "image",
    correct: "correct image",
    wrong: "wrong image",
    class: "image",
    confusion: "image",
  },
  nothing: "Nothing to show.",
  names: ["a.png", "B.png", "c.jpg", "d.jpg", "e.gif"],
  sizes: [[2, 1]],
  problems: { 4: "cannot be read: it is empty" },
  pixels: [0, 510, 1],
  columns: {},
};

const drawn: (readonly number[])[] = [];
const pixels = new Uint8ClampedArray([255, 255, 255, 255, 51, 51, 51, 255]);
const draw = async (_: Tile, places: readonly number[]) => {
  drawn.push(places);
  return { file: new DataView(new ArrayBuffer(places.length)), pixels };
};

let model: Offline;
beforeEach(async () => {
  drawn.length = 0;
  model = await offline(data, columns, draw);
});

let asked = 0;
function ask(command: string, about: object): Promise<{ result: unknown; buffers: readonly DataView[] }> {
  const id = String(++asked);
  return new Promise((resolve) => {
    const listen = (content: unknown, buffers: readonly DataView[] = []) => {
      const { id: other, result, ok } = content as { id: string; result: unknown; ok: boolean };
      if (other !== id || !ok) return;
      model.off("msg:custom", listen);
      resolve({ result, buffers });
    };
    model.on("msg:custom", listen);
    model.send({ kind: "command", id, command, data: about });
  });
}

async function chosen(change: Partial<Query>): Promise<number[]> {
  await ask("show", { query: { ...plain, ...change } });
  const { result } = await ask("window", { start: 0, count: 9 });
  return (result as { items: Item[] }).items.map(({ index }) => index);
}

describe("what is chosen", () => {
  it.each<[Partial<Query>, number[]]>([
    [{}, [2, 4, 7, 9, 11]],
    [{ reverse: true }, [11, 9, 7, 4, 2]],
    [{ view: "wrong" }, [2, 7]],
    [{ view: "correct" }, [4, 9, 11]],
    [{ view: "class", number: 0 }, [7, 9]],
    [{ view: "confusion" }, [2, 4, 7, 9, 11]],
    [{ view: "confusion", cells: [[0, 1]] }, [7]],
    [
      {
        view: "confusion",
        cells: [
          [null, 2],
          [0, 0],
        ],
      },
      [2, 4, 9],
    ],
    [{ view: "confusion", cells: [[1, null]] }, [2, 11]],
    [{ sort: "loss" }, [2, 7, 9, 11, 4]],
    [{ sort: "loss", reverse: true }, [4, 11, 9, 7, 2]],
    [{ sort: "confidence" }, [4, 9, 11, 2, 7]],
    [{ sort: "margin" }, [7, 2, 11, 9, 4]],
    [{ confidence: [0.7, 0.9] }, [2, 9, 11]],
    [{ search: "PNG" }, [2, 9]],
    [{ view: "wrong", search: "jpg", sort: "margin" }, [7]],
    [{ search: "nowhere" }, []],
  ])("%j", async (change, indices) => {
    expect(await chosen(change)).toEqual(indices);
  });

  it("is said above the pictures", async () => {
    expect(model.get("card").title).toBe("5 images");
    await chosen({ view: "wrong" });
    expect(model.get("card").title).toBe("2 wrong images");
    expect(model.get("nothing")).toBe("");
    await chosen({ search: "nowhere" });
    expect(model.get("nothing")).toBe("Nothing to show.");
    expect(model.get("total")).toBe(0);
  });

  it("opens as it was when it was written", () => {
    expect(model.get("version")).toBe(1);
    expect(model.get("items").map(({ index }) => index)).toEqual([2, 4]);
    expect(drawn).toEqual([[1, 2]]);
  });
});

it("tells of each picture what Python tells", async () => {
  const { result } = await ask("window", { start: 0, count: 5 });
  const { items } = result as { items: Item[] };
  expect(items[0]).toEqual({
    index: 2,
    name: "B.png",
    true: 1,
    predicted: 2,
    probability: 0.7,
    loss: expect.closeTo(1.238),
    caption: "predicted cow,\ntrue dog",
    share: "70.00 %",
    tone: "wrong",
    problem: "",
    width: 2,
    height: 1,
  });
  expect(items.map(({ caption }) => caption)).toEqual([
    "predicted cow,\ntrue dog",
    "cow correct",
    "predicted dog,\ntrue cat",
    "cat correct",
    "dog correct",
  ]);
  expect(items[4]?.problem).toBe("cannot be read: it is empty");
});

it("knows pictures without classes by their numbers", async () => {
  const bare = { index: new Uint32Array([3, 5]), selected: new Uint8Array(1) };
  model = await offline({ ...data, names: null, state: { ...state, class_names: [] } }, bare, draw);
  const [first] = model.get("items");
  expect(first).toMatchObject({
    caption: "#3",
    name: "#3",
    share: "",
    tone: "",
    true: null,
    probability: null,
  });
  model = await offline(data, { ...bare, true: new Uint16Array([2, 0]) }, draw);
  expect(model.get("items").map(({ caption }) => caption)).toEqual(["cow", "cat"]);
  model = await offline(data, { ...bare, predicted: new Uint16Array([2, 0]) }, draw);
  expect(model.get("items").map(({ caption }) => caption)).toEqual(["predicted cow", "predicted cat"]);
});

it("gives a closer look with probabilities and the values of pixels", async () => {
  const { result, buffers } = await ask("detail", { index: 7 });
  expect(result).toEqual({ probabilities: [0.4, 0.55, 0.05], values: [[[510], [102]]] });
  expect(buffers).toHaveLength(1);
  expect(drawn.at(-1)).toEqual([3]);
  model = await offline({ ...data, pixels: null }, columns, draw);
  expect((await ask("detail", { index: 7 })).result).toMatchObject({ values: null });
});

it("keeps a selection as Python does", async () => {
  expect(model.selected()).toEqual([2, 7]);
  expect(model.get("selected_count")).toBe(2);
  const told = vi.fn();
  model.on("change:selected", told);
  model.set("selected", new DataView(new Uint8Array([0b100, 0b1000]).buffer));
  model.save_changes();
  expect(model.selected()).toEqual([2, 11]);
  expect(told).toHaveBeenCalledOnce();
  await ask("clear", {});
  expect(model.selected()).toEqual([]);
  expect(model.get("selected_count")).toBe(0);
});

it("draws only the last of what is asked for in haste", async () => {
  const seen: number[] = [];
  model.on("change:version", () => seen.push(model.get("version")));
  await Promise.all([
    ask("show", { query: { ...plain, view: "wrong" } }),
    ask("show", { query: { ...model.get("query"), view: "correct" } }),
    ask("show", { query: { ...model.get("query"), search: "png" } }),
  ]);
  expect(seen).toEqual([4]);
  expect(model.get("query")).toEqual({ ...plain, view: "correct", search: "png" });
  expect(model.get("card").title).toBe("1 correct image");
});

it("keeps the pictures of a version until those of the next are drawn", async () => {
  const shown = () => [model.get("version"), model.get("items").map(({ index }) => index)];
  const before = shown();
  const asked = ask("show", { query: { ...plain, view: "wrong", reverse: true } });
  expect(shown()).toEqual(before);
  const { result } = await ask("window", { start: 0, count: 2 });
  expect([(result as State).version, (result as State).items.map(({ index }) => index)]).toEqual(before);
  await asked;
  expect(shown()).toEqual([2, [7, 2]]);
});

it("answers with what went wrong, where a sheet cannot be drawn", async () => {
  let isDamaged = false;
  const page = await offline(data, columns, (tile, places) =>
    isDamaged ? Promise.reject(new Error("The sheet is damaged.")) : draw(tile, places),
  );
  isDamaged = true;
  const told = new Promise((resolve) => page.on("msg:custom", resolve));
  page.send({ kind: "command", id: "1", command: "detail", data: { index: 4 } });
  expect(await told).toMatchObject({ kind: "reply", id: "1", ok: false, error: "The sheet is damaged." });
});

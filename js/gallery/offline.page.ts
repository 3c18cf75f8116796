/** Draws an exported gallery: the panel, which stands before this in the file, over what the file holds. */
import { copy } from "../shared/clipboard";
import { button } from "../shared/controls";
import { h, say } from "../shared/dom";
import type { Panel } from "../shared/panel";
import type { Item, Tile } from "./items";
import { type Columns, type Data, type Drawn, offline } from "./offline";
import type { State } from "./panel";
import { cutOf } from "./picture";

declare const cmPanel: Panel<State>;

const page = ":root{color-scheme:light dark}body{max-width:1240px;margin:16px auto;padding:0 16px}";
/** Decoded sheets that are kept. */
const most = 64;

const sheets = Array.from(document.querySelectorAll("body>script"), (each) => each.textContent ?? "");
const decoded = new Map<number, Promise<ImageBitmap>>();

function bytes(text = ""): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}

/** The bytes of a column's numbers are sorted by their places in these: so they compress better. */
async function unpack([name, text]: [string, string]) {
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const sorted = new Uint8Array(await new Response(stream).arrayBuffer());
  const types = { loss: Float32Array, index: Uint32Array, selected: Uint8Array };
  const Type = types[name as keyof typeof types] ?? Uint16Array;
  const size = Type.BYTES_PER_ELEMENT;
  const mixed = sorted.map(
    (_, at) => sorted[((at % size) * sorted.length + at - (at % size)) / size] as number,
  );
  return [name, new Type(mixed.buffer)];
}

function sheet(number: number): Promise<ImageBitmap> {
  const bitmap = decoded.get(number) ?? createImageBitmap(new Blob([bytes(sheets[number])]));
  if (decoded.size > most) decoded.clear();
  decoded.set(number, bitmap);
  return bitmap;
}

/** Cuts pictures out of sheets with the cells of `tile`, into one with those of `next`. */
async function draw(
  tile: Tile,
  next: Tile,
  places: readonly number[],
  items: readonly Item[],
): Promise<Drawn> {
  const canvas = new OffscreenCanvas(next.columns * next.width, next.columns * next.height);
  const ink = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  const onOne = tile.columns ** 2;
  await Promise.all(
    places.map(async (place, to) => {
      const { x, y, width, height } = cutOf(place % onOne, items[to] as Item, tile);
      const at = cutOf(to, items[to] as Item, next);
      ink.drawImage(await sheet(Math.floor(place / onOne)), x, y, width, height, at.x, at.y, width, height);
    }),
  );
  const { data: pixels } = ink.getImageData(0, 0, canvas.width, canvas.height);
  return { file: new DataView(await (await canvas.convertToBlob()).arrayBuffer()), pixels };
}

async function start(): Promise<void> {
  const data: Data = JSON.parse(sheets.pop() ?? "");
  const columns = Object.fromEntries(await Promise.all(Object.entries(data.columns).map(unpack)));
  const { tile } = data.state;
  const model = await offline(data, columns as unknown as Columns, (...what) => draw(tile, ...what));
  const el = h("div");
  cmPanel.render({ model, el });
  const style = el.querySelector("style") as HTMLStyleElement;
  const rules = new CSSStyleSheet(); // a style element would need an exception in the page's policy
  rules.replaceSync(style.textContent + page);
  style.remove();
  document.adoptedStyleSheets = [rules];
  const said = h("span.cm-note", { role: "status" });
  const take = button("Copy the indices", async () => {
    const text = `[${model.selected().join(", ")}]`;
    say(said, (await copy(text)) ? "Copied." : text);
  });
  el.querySelector(".cm-selection")?.parentElement?.append(take, said);
  document.body.append(el);
}

start().catch(() => {
  document.body.append(
    "This gallery cannot be shown: its file is not whole, or the browser is too old. Export it again, or use another browser.",
  );
});

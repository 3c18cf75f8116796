/** One picture closely: larger, with the probability of every class as a bar. */
import { button } from "../shared/controls";
import { h } from "../shared/dom";
import { decimal, percent } from "../shared/format";
import { type Item, symbols } from "./items";
import { canvasFor, paint } from "./picture";

export interface Share {
  name: string;
  ratio: number;
  /** `true`, `predicted`, both or neither. */
  role: string;
}

export interface Closer {
  probabilities: number[] | null;
  /** Of a small picture: rows of pixel values as they were given, one number or one for each channel. */
  values: (number | number[])[][] | null;
}

export interface DetailEvents {
  close(): void;
  /** The neighbour: -1 or 1. */
  step(by: number): void;
}

export interface Detail {
  readonly element: HTMLElement;
  /** Shows an item at once, before the kernel has answered. */
  open(item: Item, thumbnail: (canvas: HTMLCanvasElement) => void): void;
  fill(item: Item, closer: Closer, picture: ImageBitmap, names: readonly string[]): void;
  fail(message: string): void;
  close(): void;
}

/** More classes than this are sorted by probability: nobody reads a thousand in order. */
const inOrder = 20;

export function shares(probabilities: readonly number[], names: readonly string[], item: Item): Share[] {
  const all = probabilities.map((ratio, index) => ({
    name: names[index] ?? String(index),
    ratio,
    role: [index === item.true && "true", index === item.predicted && "predicted"].filter(Boolean).join(", "),
  }));
  return all.length > inOrder ? all.sort((a, b) => b.ratio - a.ratio) : all;
}

export function closerLook(events: DetailEvents): Detail {
  const caption = h("p.cm-detail-caption", { "aria-live": "polite" });
  const body = h("div");
  const back = button("Back to the pictures", events.close);
  const bar = h(
    "div.cm-row",
    back,
    button("Previous", () => events.step(-1)),
    button("Next", () => events.step(1)),
  );
  const sheet = h("div.cm-detail-sheet", { hidden: true }, bar, caption, body);
  const element = h(
    "section.cm-detail",
    {
      "aria-label": "Closer look",
      onKeydown: (event) => {
        // What scrolls has the arrow keys for itself.
        const by = (event.target as HTMLButtonElement).type && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (by) events.step(by);
        else if (event.key === "Escape") events.close();
        else return;
        event.preventDefault();
      },
    },
    sheet,
  );

  function draw(item: Item, canvas: HTMLCanvasElement, beside: HTMLElement, below?: HTMLElement): void {
    body.replaceChildren(
      h(
        "p.cm-note",
        item.name,
        item.problem && ` ${item.problem}`,
        item.loss !== null && ` · loss ${decimal(item.loss)}`,
      ),
      h("div.cm-detail-facts", h("div", h("div.cm-frame", !item.problem && canvas), below), beside),
    );
  }

  return {
    element,
    open(item, thumbnail) {
      const wasClosed = sheet.hidden;
      sheet.hidden = false;
      caption.dataset.tone = item.tone;
      caption.replaceChildren(symbols[item.tone], item.caption, item.share && ` · ${item.share}`);
      const canvas = canvasFor(item);
      thumbnail(canvas);
      draw(item, canvas, h("p.cm-note", "Waiting for the probabilities …"));
      if (wasClosed) back.focus();
    },
    fill(item, { probabilities, values }, picture, names) {
      const canvas = canvasFor(picture);
      paint(canvas, picture, { x: 0, y: 0, width: picture.width, height: picture.height });
      draw(
        item,
        canvas,
        probabilities ? bars(shares(probabilities, names, item)) : without(item),
        values && !item.problem ? pixelReader(canvas, values) : undefined,
      );
    },
    fail(message) {
      body.append(h("p.cm-error", { role: "alert" }, message));
    },
    close() {
      sheet.hidden = true;
    },
  };
}

function bars(all: readonly Share[]): HTMLElement {
  const list = all.map(({ name, ratio, role }) =>
    h(
      "li",
      { dataset: { role } },
      h("span.cm-bar-name", { title: name }, name),
      h("span.cm-bar", { "aria-hidden": true, style: { "--cm-value": ratio } }),
      h("span.cm-bar-ratio", percent(ratio)),
      h("span.cm-bar-role", role),
    ),
  );
  return h("ul.cm-shares", { "aria-label": "Probability of each class" }, list);
}

/** Tells the value of the pixel under the pointer, and all of them to those who have none. */
function pixelReader(canvas: HTMLCanvasElement, values: NonNullable<Closer["values"]>): HTMLElement {
  const told = (value: number | number[]) =>
    [value]
      .flat()
      .map((each) => decimal(each))
      .join(", ");
  const idle = "Point at a pixel.";
  const line = h("p.cm-note", idle);
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const { clientWidth, width, height } = canvas; // it lies in a square
    const side = clientWidth / Math.max(width, height);
    const column = Math.floor((offsetX - clientWidth / 2) / side + width / 2);
    const row = Math.floor((offsetY - clientWidth / 2) / side + height / 2);
    const text = told(values[row]?.[column] ?? []);
    line.textContent = text ? `Row ${row}, column ${column}: ${text}` : idle;
  });
  canvas.addEventListener("pointerleave", () => {
    line.textContent = idle;
  });
  const all = h("pre.cm-table", { tabindex: 0 }, values.map((row) => row.map(told).join("\t")).join("\n"));
  return h("div", line, h("details", h("summary", "All values"), all));
}

function without(item: Item): HTMLElement {
  const sentence =
    item.predicted === null
      ? "There are no predictions."
      : "There are no probabilities: pass probabilities= to see them.";
  return h("p.cm-note", sentence);
}

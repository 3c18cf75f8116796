/** The confusion matrix: which cells are chosen is seen, and a click, Enter or Space chooses; with Shift it adds. */
import { button, choice, toggle } from "../shared/controls";
import { h, set } from "../shared/dom";
import { count, percent, plural } from "../shared/format";
import type { Cell, Confusion } from "./items";

export interface Matrix {
  readonly element: HTMLElement;
  show(cells: readonly Cell[]): void;
}

const scoreNames = ["Precision", "Recall", "F1"];

export function confusionMatrix(
  { counts, scores, pairs }: Confusion,
  names: readonly string[],
  choose: (cells: Cell[]) => void,
): Matrix {
  let chosen: readonly Cell[] = [];
  let inPercent = false;
  /** Which button is in the order of tabbing. */
  let stop = 0;
  const buttons: { cell: Cell; element: HTMLElement }[] = [];
  const name = (number: number | null) => (number === null ? "any class" : (names[number] ?? String(number)));

  function pick(cell: Cell, { shiftKey }: MouseEvent): void {
    const others = chosen.filter((each) => !same(each, cell));
    const isOn = others.length < chosen.length;
    if (shiftKey) choose(isOn ? others : [...chosen, cell]);
    else choose(isOn && chosen.length === 1 ? [] : [cell]);
  }

  function cellButton(cell: Cell, text: string, images: number): HTMLButtonElement {
    const words = `true ${name(cell[0])}, predicted ${name(cell[1])}: ${plural(images, "image")}`;
    const element = h(
      "button",
      {
        type: "button",
        class: "cm-count-cell",
        tabindex: buttons.length === stop ? 0 : -1,
        "aria-pressed": false,
        "aria-label": words,
        title: words,
        onClick: (event) => pick(cell, event),
      },
      text,
    );
    buttons.push({ cell, element });
    return element;
  }

  function table(matrix: number[][]): HTMLElement {
    const total = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0);
    const sums = matrix.map(total);
    const columns = names.map((_, column) => total(matrix.map((row) => row[column] ?? 0)));
    const head = h(
      "tr",
      h("th"),
      names.map((each, column) =>
        h("th", { scope: "col" }, cellButton([null, column], each, columns[column] ?? 0)),
      ),
      scoreNames.map((each) => h("th", { scope: "col", class: "cm-score" }, each)),
    );
    const body = matrix.map((row, true_) =>
      h(
        "tr",
        h("th", { scope: "row" }, cellButton([true_, null], name(true_), sums[true_] ?? 0)),
        row.map((images, predicted) => {
          const ratio = images / (sums[true_] || 1);
          const text = inPercent ? (ratio * 100).toFixed(1) : images ? count(images) : "·";
          const tone = images ? (true_ === predicted ? "ok" : "wrong") : "";
          return h(
            "td",
            { dataset: { tone }, style: { "--cm-value": images ? 0.35 + 0.65 * Math.sqrt(ratio) : 0 } },
            cellButton([true_, predicted], text, images),
          );
        }),
        (scores?.[true_] ?? []).map((each) => h("td.cm-score", percent(each, 1))),
      ),
    );
    return h("table.cm-matrix", { onKeydown: walk, onFocusin: stand }, h("thead", head), h("tbody", body));
  }

  function list(all: NonNullable<typeof pairs>): HTMLElement {
    const rows = all.map(([true_, predicted, images]) =>
      h(
        "li",
        cellButton(
          [true_, predicted],
          `${name(true_)} taken for ${name(predicted)}: ${count(images)}`,
          images,
        ),
      ),
    );
    return h("ol.cm-pairs", { onKeydown: walk, onFocusin: stand }, rows);
  }

  function placeOf({ target }: Event): number {
    return buttons.findIndex(({ element }) => element === target);
  }

  function stand(event: Event): void {
    set(buttons[stop]?.element as HTMLElement, { tabindex: -1 });
    stop = placeOf(event);
    set(event.target as HTMLElement, { tabindex: 0 });
  }

  /** One button is in the order of tabbing, the arrow keys lead to the others. */
  function walk(event: KeyboardEvent): void {
    const at = placeOf(event);
    // The first line has no corner: a place that is not there keeps its lines alike.
    const shift = counts ? 1 : 0;
    const width = shift * names.length + 1;
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width };
    const step = steps[event.key];
    const next =
      at < 0 || step === undefined ? undefined : buttons[Math.max(at + shift + step, shift) - shift];
    if (!next) return;
    event.preventDefault();
    next.element.focus();
  }

  const frame = h("div.cm-table", { role: "group", "aria-label": "Confusion matrix" });
  const percents = toggle("Percent of each row", (isOn) => {
    inPercent = isOn;
    draw();
  });
  const all = button("All cells", () => choose([]));
  // The headers of a matrix do the same.
  const taken =
    pairs &&
    choice(
      "Show what was taken for one class",
      [["", "Taken for …"], ...names.map((each, number) => [String(number), each] as const)],
      (value) => choose(value ? [[null, Number(value)]] : []),
    );
  const hint = h(
    "p.cm-note",
    counts && "Rows are the true classes, columns what they were taken for. ",
    "Click shows a cell's pictures, Shift adds.",
  );
  const element = h("div.cm-confusion", hint, frame, h("div.cm-row", all, taken ?? percents));

  function draw(): void {
    buttons.length = 0;
    frame.replaceChildren(counts ? table(counts) : list(pairs ?? []));
    mark();
  }

  function mark(): void {
    for (const { cell, element } of buttons) {
      set(element, { "aria-pressed": chosen.some((each) => same(each, cell)) });
    }
  }

  draw();
  return {
    element,
    show(cells) {
      chosen = cells;
      if (taken) taken.value = `${cells[0]?.[1] ?? ""}`;
      mark();
    },
  };
}

function same(a: Cell, b: Cell): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

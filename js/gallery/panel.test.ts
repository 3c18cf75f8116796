import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import type { Cell, Query } from "./items";
import { item, marks, page } from "./items.fake";
import panel, { type State } from "./panel";

let model: FakeModel<State>;
let root: HTMLElement;
let undo: () => void;

/** Pictures are decoded by browsers only: see panel.browser.test.ts. */
class Bitmap {
  readonly width = 2;
  readonly height = 2;
  close() {}
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("createImageBitmap", async () => new Bitmap());
});
afterEach(() => {
  undo();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function render(state: Partial<State> = {}, prepare = () => {}): void {
  model = new FakeModel(page(state));
  prepare();
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  undo = panel.render({ model, el });
  root = el.querySelector(".cm-root") as HTMLElement;
}

function change(state: Partial<State>): void {
  for (const [key, value] of Object.entries(state)) model.set(key as keyof State, value as never);
  vi.advanceTimersByTime(1000);
}

function cells(): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[role=gridcell]")];
}

function button(name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find((each) => each.textContent?.startsWith(name));
  if (!found) throw new Error(`No button ${name}`);
  return found;
}

function press(element: Element, key: string): boolean {
  return element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function field<Kind extends HTMLInputElement | HTMLSelectElement = HTMLInputElement>(name: string): Kind {
  return root.querySelector(`[aria-label="${name}"]`) as Kind;
}

function set(element: HTMLInputElement | HTMLSelectElement, value: string): void {
  element.value = value;
  element.dispatchEvent(new Event("change"));
}

/** What was asked for, as far as it is unlike what is shown. */
function asked(): Partial<Query>[] {
  const shown = Object.entries(page().query).map(([key, value]) => [key, JSON.stringify(value)]);
  return commands().map(([name, data]) => {
    expect(name).toBe("show");
    const query = Object.entries((data as { query: Query }).query);
    return Object.fromEntries(
      query.filter(([key, value]) => !shown.some(([k, v]) => k === key && v === JSON.stringify(value))),
    );
  });
}

function commands(): [string, unknown][] {
  return model.sent.map(({ content }) => {
    const { command, data } = content as { command: string; data: unknown };
    return [command, data];
  });
}

const text = (selector: string) => root.querySelector(selector)?.textContent ?? "";
const flush = () => vi.advanceTimersByTimeAsync(100);

describe("a page", () => {
  it("says what is shown, with symbol, words and probability", () => {
    render();
    expect(text(".cm-title")).toContain("14 wrong test images");
    expect(cells().map((cell) => cell.textContent)).toEqual(Array(5).fill("✗ predicted 9, true 787.31 %"));
    expect(cells()[0]?.getAttribute("aria-label")).toBe("wrong: predicted 9, true 7 87.31 %");
    expect(text(".cm-notes")).toContain("The percentage is a probability.");
  });

  it("is a grid of rows with one cell in the order of tabbing", () => {
    render();
    expect(root.querySelector("[role=grid]")?.getAttribute("aria-label")).toBe("14 wrong test images");
    expect(root.querySelectorAll("[role=row]")).toHaveLength(2);
    expect(cells().map((cell) => cell.tabIndex)).toEqual([0, -1, -1, -1, -1]);
  });

  it("says why there is nothing", () => {
    render();
    const nothing = "Nothing to show: all 517 test images were recognised.";
    change({ items: [], total: 0, nothing, version: 2 });
    expect(cells()).toHaveLength(0);
    expect(text(".cm-nothing")).toBe(nothing);
  });

  it("shows why a picture is not there", () => {
    render({ total: 1, items: [item(0, { name: "a.png", problem: "cannot be read: the file is empty" })] });
    expect(cells()[0]?.textContent).toContain("cannot be read: the file is empty");
  });

  it("follows Python", () => {
    render();
    change({ items: [item(40)], total: 1, version: 2, selected: marks(40), selected_count: 3 });
    change({ query: { ...model.get("query"), view: "correct" } });
    expect(cells()).toHaveLength(1);
    expect(cells()[0]?.getAttribute("aria-selected")).toBe("true");
    expect(text(".cm-selection")).toBe("3 pictures selected");
    expect(button("Correct").getAttribute("aria-pressed")).toBe("true");
  });
});

describe("the views", () => {
  it("tell their counts and are asked for", () => {
    render();
    expect(button("Correct").textContent).toBe("Correct503");
    button("First").click();
    expect(asked()).toEqual([{ view: "first" }]);
  });

  it("take one class", () => {
    render();
    const select = root.querySelector("select") as HTMLSelectElement;
    expect(select.options[4]?.textContent).toBe("3 (3)");
    set(select, "3");
    expect(asked()).toEqual([{ view: "class", number: 3 }]);
    change({ query: { ...model.get("query"), view: "class", number: 3 } });
    expect(select.value).toBe("3");
  });

  it("are closed where labels or predictions are missing", () => {
    const counts = { first: 5, correct: null, wrong: null, classes: null };
    render({ counts, confusion: {}, can_rank: false });
    for (const name of ["Wrong", "Confusion matrix"]) expect(button(name).disabled).toBe(true);
    expect(root.querySelector("select")?.disabled).toBe(true);
    expect(field<HTMLSelectElement>("Order").options[1]?.disabled).toBe(true);
    expect(root.querySelector(".cm-range")).toBeNull();
  });

  it("are put in order and narrowed", () => {
    render();
    set(field("Order"), "loss");
    button("Reverse").click();
    field("Highest probability in percent").value = "60";
    set(field("Lowest probability in percent"), "50");
    set(field("Part of the name"), "cat");
    expect(asked()).toEqual([
      { sort: "loss" },
      { reverse: true },
      { confidence: [0.5, 0.6] },
      { search: "cat" },
    ]);
  });

  it("say what went wrong, and show what still holds", async () => {
    render();
    model.answer = () => {
      throw new Error("That is no range of probabilities.");
    };
    set(field("Lowest probability in percent"), "900");
    await flush();
    expect(text("[role=alert]")).toBe("That is no range of probabilities.");
    expect(field("Lowest probability in percent").value).toBe("0");
  });
});

describe("the confusion matrix", () => {
  const cell = (name: string) =>
    root.querySelector<HTMLButtonElement>(`.cm-matrix button[aria-label="${name}"]`) as HTMLButtonElement;
  const confused = "true 7, predicted 9: 14 images";

  function open(cells: Cell[] = []): void {
    render();
    change({ query: { ...model.get("query"), view: "confusion", cells } });
  }

  it("is there in its own view only", () => {
    render();
    expect(root.querySelector<HTMLElement>(".cm-confusion")?.hidden).toBe(true);
    button("Confusion matrix").click();
    expect(asked()).toEqual([{ view: "confusion" }]);
    change({ query: { ...model.get("query"), view: "confusion" } });
    expect(root.querySelector<HTMLElement>(".cm-confusion")?.hidden).toBe(false);
    expect([...root.querySelectorAll(".cm-matrix tbody tr")][7]?.textContent).toBe(
      "7·······50·1490.0 %–95.0 %",
    );
  });

  it("shows a cell's pictures by click, adds with Shift, and takes away again", () => {
    open([[7, 9]]);
    expect(cell(confused).getAttribute("aria-pressed")).toBe("true");
    const add = new MouseEvent("click", { shiftKey: true, bubbles: true });
    cell("true 7, predicted any class: 64 images").dispatchEvent(add);
    cell("true any class, predicted 9: 64 images").click();
    cell(confused).click();
    expect(asked().map(({ cells = [] }) => cells)).toEqual([
      [
        [7, 9],
        [7, null],
      ],
      [[null, 9]],
      [],
    ]);
  });

  it("tells shares of each row", () => {
    open();
    button("Percent").click();
    expect(cell(confused).textContent).toBe("21.9");
  });

  it("is walked by the arrow keys, one button in the order of tabbing", () => {
    open();
    const first = cell("true any class, predicted 0: 50 images");
    first.focus();
    press(first, "ArrowDown");
    expect(document.activeElement).toBe(cell("true 0, predicted 0: 50 images"));
    press(document.activeElement as Element, "ArrowLeft");
    expect(document.activeElement).toBe(cell("true 0, predicted any class: 50 images"));
    expect(root.querySelectorAll(".cm-matrix [tabindex='0']")).toHaveLength(1);
  });

  it("is a list of the commonest mistakes where there are many classes", () => {
    render({ confusion: { pairs: [[7, 9, 14]] } });
    const first = root.querySelector<HTMLButtonElement>(".cm-pairs button");
    expect(first?.textContent).toBe("7 taken for 9: 14");
    first?.click();
    expect(asked()).toEqual([{ view: "confusion", cells: [[7, 9]] }]);
  });
});

describe("everything", () => {
  const window = ({ start, count }: { start: number; count: number }) => ({
    version: 1,
    items: Array.from({ length: count }, (_, step) =>
      item(1000 + start + step, { caption: `at ${start + step}` }),
    ),
    tile: { columns: 2, width: 2, height: 2 },
  });

  function answerWindows(): void {
    vi.spyOn(model, "send").mockImplementation((content) => {
      model.sent.push({ content, buffers: [] });
      const { id, data } = content as { id: string; data: { start: number; count: number } };
      const file = new DataView(new ArrayBuffer(0));
      queueMicrotask(() => model.receive({ kind: "reply", id, ok: true, result: window(data) }, [file]));
    });
  }

  it("is one click away, and fetched piece by piece near the screen", async () => {
    render({ total: 70_000, block: 4 }, answerWindows);
    button("Show all 70,000").click();
    await flush();
    expect(root.querySelector("[role=grid]")?.getAttribute("aria-rowcount")).toBe("23334");
    expect(cells().length).toBeLessThan(30);
    expect(cells().map((cell) => cell.textContent)).toContain("✗ at 587.31 %");
    expect(commands().every(([name]) => name === "window")).toBe(true);
    expect(commands().length).toBeLessThan(8);
  });

  it("leads to the last picture by one key", async () => {
    render({ total: 1_000_000, block: 400 }, answerWindows);
    cells()[0]?.focus();
    press(document.activeElement as Element, "End");
    await flush();
    expect((document.activeElement as HTMLElement).dataset.place).toBe("999999");
    expect(document.activeElement?.textContent).toContain("at 999999");
    expect(commands()).toContainEqual(["window", { start: 999_600, count: 400 }]);
    press(document.activeElement as Element, "Home");
    expect((document.activeElement as HTMLElement).textContent).toContain("predicted 9, true 7");
  });

  it("says that the kernel is silent", async () => {
    render({ total: 100 });
    button("Show all 100").click();
    await vi.advanceTimersByTimeAsync(21_000);
    expect(text("[role=alert]")).toContain("The kernel did not answer within 20 s");
    expect(root.querySelectorAll("[aria-label=loading]").length).toBeGreaterThan(0);
  });

  it("forgets pictures of another choice", async () => {
    render({ total: 100 }, answerWindows);
    button("Show all 100").click();
    change({ version: 2, items: [item(77)], total: 1 });
    await flush();
    expect(cells().map((cell) => cell.dataset.index)).toEqual(["77"]);
  });
});

describe("the keyboard", () => {
  it("moves one focus", () => {
    render();
    cells()[0]?.focus();
    press(document.activeElement as Element, "ArrowRight");
    press(document.activeElement as Element, "ArrowDown");
    expect(document.activeElement).toBe(cells()[4]);
    expect(cells().map((cell) => cell.tabIndex)).toEqual([-1, -1, -1, -1, 0]);
  });

  it("keeps the focus when the choice changes", () => {
    render();
    cells()[4]?.focus();
    change({ items: [item(1), item(2)], total: 2, version: 2 });
    expect(document.activeElement).toBe(cells()[0]);
  });

  it("selects with Space, also away again, and by click", () => {
    render();
    expect(press(cells()[0] as Element, " ")).toBe(false); // the page does not scroll
    cells()[2]?.click();
    vi.advanceTimersByTime(1000);
    expect(model.get("selected")).toEqual(marks(3, 8));
    press(cells()[2] as Element, " ");
    expect(model.saved).toEqual([marks(3), marks(3, 8), marks(3)].map((selected) => ({ selected })));
  });

  it("clears the selection", () => {
    render({ selected: marks(3), selected_count: 12 });
    button("Clear").click();
    expect(commands()).toEqual([["clear", {}]]);
  });

  it("leaves the browser's own keys alone", () => {
    render();
    expect(press(cells()[0] as Element, "Tab")).toBe(true);
    cells()[0]?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", ctrlKey: true, bubbles: true }),
    );
    expect(cells()[0]?.tabIndex).toBe(0);
  });
});

describe("the closer look", () => {
  const answer = { index: 3, values: [[0, 0.5]], probabilities: [0, 0.02, 0, 0, 0, 0, 0, 0.1, 0, 0.88] };

  function open(): Promise<unknown> {
    vi.spyOn(model, "send").mockImplementation((content) => {
      model.sent.push({ content, buffers: [] });
      const { id } = content as { id: string };
      const png = new DataView(new ArrayBuffer(0));
      queueMicrotask(() => model.receive({ kind: "reply", id, ok: true, result: answer }, [png]));
    });
    cells()[0]?.focus();
    press(cells()[0] as Element, "Enter");
    return flush();
  }

  it("shows the probability of every class", async () => {
    render();
    await open();
    expect(commands()).toEqual([["detail", { index: 3 }]]);
    expect(root.querySelectorAll(".cm-shares li")).toHaveLength(10);
    expect(text(".cm-shares li:last-child")).toBe("988.00 %predicted");
    expect(text(".cm-shares li:nth-child(8)")).toBe("710.00 %true");
    expect(document.activeElement?.textContent).toBe("Back to the pictures");
  });

  it("steps to the neighbours and comes back to the last one", async () => {
    render();
    await open();
    press(root.querySelector(".cm-detail") as Element, "ArrowRight");
    await flush();
    press(root.querySelector(".cm-detail") as Element, "Escape");
    expect(commands().map(([, data]) => data)).toEqual([{ index: 3 }, { index: 5 }]);
    expect(document.activeElement).toBe(cells()[1]);
    expect(root.querySelector<HTMLElement>(".cm-detail-sheet")?.hidden).toBe(true);
  });

  it("opens by a double click", () => {
    render();
    cells()[2]?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    expect(commands()).toEqual([["detail", { index: 8 }]]);
  });

  it("shows what is known while the kernel is silent, and says so", async () => {
    render();
    press(cells()[0] as Element, "Enter");
    expect(text(".cm-detail-caption")).toBe("✗ predicted 9, true 7 · 87.31 %");
    await vi.advanceTimersByTimeAsync(21_000);
    expect(text(".cm-detail [role=alert]")).toContain("The kernel did not answer within 20 s");
  });

  it("closes when the choice changes", async () => {
    render();
    await open();
    change({ items: [item(1)], version: 2 });
    expect(root.querySelector<HTMLElement>(".cm-detail-sheet")?.hidden).toBe(true);
  });
});

/** What vitest.config.ts has read for both, these tests and Python's. */
declare const HOSTILE: readonly string[];

it.each(HOSTILE)("never makes markup of a name: %j", (evil) => {
  const plain = (set: Partial<State>) => {
    render(set);
    press(cells()[0] as Element, "Enter");
    const elements = [...root.querySelectorAll("*")];
    return elements.map((each) => [
      each.localName,
      each.getAttributeNames().filter((name) => /^on/.test(name)),
    ]);
  };
  const named = (name: string): Partial<State> => ({
    class_names: Array(10).fill(name),
    total: 2,
    items: [item(0, { name, caption: name, share: name }), item(1, { name, problem: name })],
    nothing: name,
    card: {
      title: name,
      state: name,
      big: "",
      tone: "",
      parts: [{ kind: "note", tone: "", sentence: name }],
    },
  });
  const harmless = plain(named("harmless"));
  undo();
  expect(plain(named(evil))).toEqual(harmless);
  for (const place of [
    ".cm-title",
    ".cm-notes",
    ".cm-nothing",
    ".cm-words",
    ".cm-problem",
    ".cm-detail",
    "option",
  ]) {
    expect([...root.querySelectorAll(place)].map((each) => each.textContent).join()).toContain(evil);
  }
});

it("has as many hostile names to try as the notebooks' tests", () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(40);
});

it("leaves nothing behind", () => {
  render();
  undo();
  expect(model.listenerCount).toBe(0);
  expect(document.body.querySelector(".cm-root")).toBeNull();
});

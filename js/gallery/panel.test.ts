import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import { item, page } from "./items.fake";
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

function render(state: Partial<State> = {}): void {
  model = new FakeModel(page(state));
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
    expect(text(".cm-title")).toContain("5 of 14 wrong test images");
    expect(cells().map((cell) => cell.textContent)).toEqual(Array(5).fill("✗ predicted 9, true 787.31 %"));
    expect(cells()[0]?.getAttribute("aria-label")).toBe("wrong: predicted 9, true 7 87.31 %");
    expect(text(".cm-position")).toBe("Page 1 of 3");
    expect(text(".cm-notes")).toContain("The percentage is a probability.");
  });

  it("is a grid of rows with one cell in the order of tabbing", () => {
    render();
    expect(root.querySelector("[role=grid]")?.getAttribute("aria-label")).toBe("5 of 14 wrong test images");
    expect(root.querySelectorAll("[role=row]")).toHaveLength(2);
    expect(cells().map((cell) => cell.tabIndex)).toEqual([0, -1, -1, -1, -1]);
  });

  it("keeps the place of pictures that a fuller page has", () => {
    render();
    expect(root.querySelectorAll(".cm-empty")).toHaveLength(4);
    change({ items: [], nothing: "Nothing to show: all 517 test images were recognised.", pages: 1 });
    expect(root.querySelectorAll(".cm-empty")).toHaveLength(9);
    expect(text(".cm-nothing")).toContain("Nothing to show");
  });

  it("shows why a picture is not there", () => {
    render({ items: [item(0, { name: "a.png", problem: "cannot be read: the file is empty" })] });
    expect(cells()[0]?.textContent).toContain("cannot be read: the file is empty");
    expect(cells()[0]?.querySelector("canvas")).toBeNull();
  });

  it("follows Python", () => {
    render();
    change({ items: [item(40)], page: 2, view: "correct", selected: [40], selected_count: 3 });
    expect(cells()).toHaveLength(1);
    expect(cells()[0]?.getAttribute("aria-selected")).toBe("true");
    expect(text(".cm-selection")).toBe("3 pictures selected");
    expect(button("Correct").getAttribute("aria-pressed")).toBe("true");
    expect(button("Next").getAttribute("aria-disabled")).toBe("true");
  });
});

describe("the views", () => {
  it("tell their counts and are asked for", () => {
    render();
    expect(button("Correct").textContent).toBe("Correct503");
    button("First").click();
    expect(commands()).toEqual([["turn", { view: "first", class_number: null, page: 0 }]]);
  });

  it("take one class", () => {
    render();
    const select = root.querySelector("select") as HTMLSelectElement;
    expect(select.options[4]?.textContent).toBe("3 (3)");
    select.value = "3";
    select.dispatchEvent(new Event("change"));
    expect(commands()).toEqual([["turn", { view: "class", class_number: 3, page: 0 }]]);
    change({ view: "class", class_number: 3 });
    expect(select.value).toBe("3");
  });

  it("are closed where labels or predictions are missing", () => {
    render({ view: "first", counts: { first: 5, correct: null, wrong: null, classes: null } });
    expect(button("Wrong").disabled).toBe(true);
    expect(root.querySelector("select")?.disabled).toBe(true);
  });

  it("turn pages, and stop at the ends", () => {
    render();
    button("‹ Previous").click();
    button("Next").click();
    press(cells()[0] as Element, "PageDown");
    press(cells()[0] as Element, "PageUp");
    expect(commands()).toEqual(Array(2).fill(["turn", { view: "wrong", class_number: null, page: 1 }]));
  });

  it("say what went wrong", async () => {
    render();
    model.answer = () => {
      throw new Error("There is no page 1.");
    };
    button("Next").click();
    await flush();
    expect(text("[role=alert]")).toBe("There is no page 1.");
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

  it("keeps the focus when the page is turned", () => {
    render();
    cells()[4]?.focus();
    change({ items: [item(1), item(2)] });
    expect(document.activeElement).toBe(cells()[1]);
  });

  it("selects with Space, also away again, and by click", () => {
    render();
    expect(press(cells()[0] as Element, " ")).toBe(false); // the page does not scroll
    cells()[2]?.click();
    vi.advanceTimersByTime(1000);
    expect(model.get("selected")).toEqual([3, 8]);
    press(cells()[2] as Element, " ");
    expect(model.saved).toEqual([{ selected: [3] }, { selected: [3, 8] }, { selected: [3] }]);
  });

  it("clears the selection", () => {
    render({ selected: [3], selected_count: 12 });
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
  const answer = { index: 3, probabilities: [0, 0.02, 0, 0, 0, 0, 0, 0.1, 0, 0.88] };

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
    expect(root.querySelectorAll(".cm-bars li")).toHaveLength(10);
    expect(text(".cm-bars li:last-child")).toBe("988.00 %predicted");
    expect(text(".cm-bars li:nth-child(8)")).toBe("710.00 %true");
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

  it("closes when the page is turned", async () => {
    render();
    await open();
    change({ items: [item(1)] });
    expect(root.querySelector<HTMLElement>(".cm-detail-sheet")?.hidden).toBe(true);
  });
});

it("never makes markup of a name", () => {
  const evil = `"><img src=x onerror=alert(1)>`;
  render({
    class_names: Array(10).fill(evil),
    items: [item(0, { name: evil, caption: evil }), item(1, { name: evil, problem: evil })],
    nothing: evil,
  });
  press(cells()[0] as Element, "Enter");
  expect(root.querySelector("img, script, iframe")).toBeNull();
  expect(root.textContent).toContain(evil);
});

it("leaves nothing behind", () => {
  render();
  undo();
  expect(model.listenerCount).toBe(0);
  expect(document.body.querySelector(".cm-root")).toBeNull();
});

import { describe, expect, it, vi } from "vitest";
import { item, marks } from "./items.fake";
import type { State } from "./panel";
import { button, cells, change, commands, flush, model, press, render, root, text, undo } from "./panel.fake";

describe("a page", () => {
  it("says what is shown, with symbol, words and probability", () => {
    render();
    expect(text(".cm-title")).toContain("14 wrong test images");
    expect(cells().map((cell) => cell.textContent)).toEqual(Array(5).fill("✗ predicted 9, true 787.31 %"));
    expect(cells()[0]?.getAttribute("aria-label")).toBe("wrong: predicted 9, true 7 87.31 %");
    expect(text(".cm-notes")).toContain("The percentage is a probability.");
  });

  it("tells screen readers how many pictures each choice leaves", () => {
    render();
    const live = root.querySelector("[aria-live=polite]");
    change({ card: { ...model.get("card"), title: "3 wrong test images" }, total: 3, version: 2 });
    expect(root.querySelector("[aria-live=polite]")).toBe(live); // what is put in anew is not read
    expect(live?.textContent).toContain("3 wrong test images");
  });

  it("is a grid of rows with one cell in the order of tabbing", () => {
    render();
    expect(root.querySelector("[role=grid]")?.getAttribute("aria-label")).toBe("14 wrong test images");
    expect(root.querySelectorAll("[role=row]")).toHaveLength(2);
    expect(cells().map((cell) => cell.tabIndex)).toEqual([0, -1, -1, -1, -1]);
  });

  it("says why there is nothing", () => {
    render();
    const nothing = "Nothing to show: of 517 test images, none was taken for another class.";
    change({ items: [], total: 0, nothing, version: 2 });
    expect(cells()).toHaveLength(0);
    expect(text(".cm-nothing")).toBe(nothing);
    expect(root.querySelector<HTMLElement>(".cm-detail")?.hidden).toBe(true); // nor anything to look closer at
    change({ items: [item(0)], total: 1, nothing: "", version: 3 });
    expect(root.querySelector<HTMLElement>(".cm-detail")?.hidden).toBe(false);
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

import { describe, expect, it } from "vitest";
import type { Cell } from "./items";
import { asked, button, change, field, model, press, render, root, set } from "./panel.fake";

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

  it("keeps its place in the order of tabbing where one was clicked, and when percent are shown", () => {
    open();
    const inOrder = () => [...root.querySelectorAll(".cm-matrix [tabindex='0']")];
    cell(confused).focus();
    expect(inOrder()).toEqual([cell(confused)]);
    press(cell(confused), "ArrowLeft");
    expect(inOrder()).toEqual([document.activeElement]);
    press(document.activeElement as Element, "ArrowRight");
    button("Percent").click();
    expect(inOrder()).toEqual([cell(confused)]);
  });

  it("is a list of the commonest mistakes where there are many classes", () => {
    render({ confusion: { pairs: [[7, 9, 14]] } });
    const first = root.querySelector<HTMLButtonElement>(".cm-pairs button");
    expect(first?.textContent).toBe("7 taken for 9: 14");
    first?.click();
    expect(asked()).toEqual([{ view: "confusion", cells: [[7, 9]] }]);
  });

  it("shows what was taken for one of many classes, and which that is", () => {
    render({ confusion: { pairs: [[7, 9, 14]] } });
    const select = field<HTMLSelectElement>("Show what was taken for one class");
    expect(select.options[4]?.textContent).toBe("3");
    set(select, "3");
    set(select, "");
    expect(asked()).toEqual([{ view: "confusion", cells: [[null, 3]] }, { view: "confusion" }]);
    change({ query: { ...model.get("query"), view: "confusion", cells: [[7, 9]] } });
    expect(select.value).toBe("9");
    change({ query: { ...model.get("query"), cells: [] } });
    expect(select.value).toBe("");
  });
});

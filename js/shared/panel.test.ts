import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { h } from "./dom";
import { FakeModel } from "./model.fake";
import { definePanel, type Scene } from "./panel";

interface State {
  epoch: number;
  loss: number;
}

let el: HTMLElement;
let model: FakeModel<State>;

beforeEach(() => {
  vi.useFakeTimers();
  el = document.createElement("div");
  document.body.replaceChildren(el);
  model = new FakeModel<State>({ epoch: 0, loss: 1 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function render(draw: (scene: Scene<State>) => void, css = ""): () => void {
  return definePanel<State>({ name: "train", css, draw }).render({ model, el });
}

describe("definePanel", () => {
  it("draws into a root of its own, safe from the notebook's shortcuts", () => {
    render(({ model, root }) => root.append(h("p", model.get("epoch"))));
    const root = el.querySelector(".cm-root.cm-train");
    expect(root?.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    expect(root?.querySelector("p")?.textContent).toBe("0");
  });

  it("brings the theme and its own rules once", () => {
    render(() => {}, ".cm-train { color: red }");
    expect(el.querySelectorAll("style")).toHaveLength(1);
    const rules = el.querySelector("style")?.textContent ?? "";
    expect(rules).toContain("--cm-text:");
    expect(rules.endsWith(".cm-train { color: red }")).toBe(true);
    expect(document.head.querySelector("style")).toBeNull();
  });

  it("updates once for many changes of several traits, with the last state", () => {
    const seen: [number, number][] = [];
    render(({ model, onChange }) =>
      onChange(["epoch", "loss"], () => seen.push([model.get("epoch"), model.get("loss")])),
    );
    for (let epoch = 1; epoch <= 50; epoch += 1) {
      model.set("epoch", epoch);
      model.set("loss", 1 / epoch);
    }
    vi.advanceTimersByTime(1000);
    expect(seen).toEqual([[50, 0.02]]);
  });

  it("watches a single trait and no other", () => {
    const update = vi.fn();
    render(({ onChange }) => onChange("loss", update));
    model.set("epoch", 1);
    vi.advanceTimersByTime(1000);
    expect(update).not.toHaveBeenCalled();
  });

  it("undoes everything", () => {
    const update = vi.fn();
    let life: AbortSignal | undefined;
    const undo = render(({ onChange, signal }) => {
      life = signal;
      onChange(["epoch", "loss"], update);
    });
    model.set("epoch", 1);
    undo();
    vi.advanceTimersByTime(1000);
    expect(update).not.toHaveBeenCalled();
    expect(life?.aborted).toBe(true);
    expect(model.listenerCount).toBe(0);
    expect(el.childElementCount).toBe(0);
  });

  it("can be drawn twice, as in two views of one model", () => {
    const undo = render(() => {});
    render(() => {});
    undo();
    expect(el.querySelectorAll(".cm-root")).toHaveLength(1);
  });

  it("shows a failing drawing as an error card instead of a blank output", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const undo = render(({ root, onChange }) => {
      root.append("half a panel");
      onChange("epoch", () => {});
      throw new Error("There is no history.");
    });
    expect(el.querySelector("[role=alert] .cm-error")?.textContent).toBe("There is no history.");
    expect(el.textContent).not.toContain("half a panel");
    expect(el.querySelector("style")).not.toBeNull();
    expect(log).toHaveBeenCalledOnce();
    expect(model.listenerCount).toBe(0);
    undo();
    expect(el.childElementCount).toBe(0);
  });

  it("shows a failing update once, beside what was drawn", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    render(({ root, onChange }) => {
      root.append(h("p", "drawn"));
      onChange("epoch", () => {
        throw new Error("The history is cut short.");
      });
    });
    for (const epoch of [1, 2]) {
      model.set("epoch", epoch);
      vi.advanceTimersByTime(1000);
    }
    expect(el.querySelector("p")?.textContent).toBe("drawn");
    expect(el.querySelectorAll("[role=alert]")).toHaveLength(1);
  });
});

it("marks what has the focus, so that the notebook leaves its keys alone", () => {
  const element = document.createElement("div");
  document.body.append(element);
  const panel = definePanel<object>({ name: "x", draw: ({ root }) => root.append(h("button", "Go")) });
  const close = panel.render({ model: new FakeModel({}), el: element });
  element.querySelector("button")?.focus();
  expect(element.querySelector("button")?.dataset.lmSuppressShortcuts).toBe("true");
  close();
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CardData } from "../shared/card";
import { epochEnded } from "../shared/epoch";
import { FakeModel } from "../shared/model.fake";
import type { Shape } from "./drawing";
import panel from "./panel";

const shapes: Shape[] = [
  ["coat", "M0 0h64v44z", 0, 0, 0],
  ["#ffffff", "M10 30h5v14z", 20, 12, 30],
];
const corgi = { card: {} as CardData, pet: "corgi", says: "Woof!", shapes, sparks: "", until: 0 };
const power = { ...corgi, pet: "", shapes: [], sparks: "Sparks fly" };

let undo: (() => void)[] = [];

function open(state: typeof corgi) {
  const model = new FakeModel({ ...state });
  const el = document.body.appendChild(document.createElement("div"));
  const close = panel.render({ model, el });
  const hush = () => model.set("until", 1); // what lingers hears no other test
  undo.push(hush, close, () => el.remove());
  const root = el.querySelector(".cm-root") as HTMLElement;
  const ground = root.querySelector(".cm-ground") as HTMLElement;
  const x = () => Number.parseFloat(ground.style.getPropertyValue("--cm-x"));
  return { model, root, close, x, pet: root.querySelector(".cm-pet") as HTMLButtonElement };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function training(): HTMLElement {
  const element = document.body.appendChild(document.createElement("div"));
  element.className = "cm-root";
  element.textContent = "Training";
  undo.push(() => element.remove());
  return element;
}

function end(target: HTMLElement, detail = false): void {
  target.dispatchEvent(new CustomEvent(epochEnded, { bubbles: true, detail }));
}

const sparks = () => document.querySelectorAll("body > span");

beforeEach(() => {
  undo = [];
});

afterEach(() => {
  for (const step of undo) step();
  for (const dot of sparks()) dot.remove();
  vi.restoreAllMocks();
});

describe("a pet", () => {
  it("walks, with its legs", async () => {
    const { root, x } = open(corgi);
    const leg = root.querySelectorAll("path")[1] as SVGPathElement;
    const [begin, pose] = [x(), leg.getAttribute("transform")];
    await vi.waitFor(() => expect(x()).toBeGreaterThan(begin + 2));
    expect(leg.getAttribute("transform")).not.toBe(pose);
    expect(root.querySelector("path")?.hasAttribute("transform")).toBe(false);
  });

  it("takes its colours from the theme", () => {
    const { root, pet } = open(corgi);
    const fill = () => getComputedStyle(pet.querySelector("path") as SVGPathElement).fill;
    const light = fill();
    root.classList.add("cm-dark");
    expect(fill()).not.toBe(light);
  });

  it("stops for who pets it, says so, and goes on", async () => {
    const { root, pet, x } = open(corgi);
    expect(pet.getAttribute("aria-label")).toBe("Pet the corgi");
    pet.click();
    const says = root.querySelector("[role=status]") as HTMLElement;
    expect(says.textContent).toBe("Woof!");
    await pause(200);
    const there = x();
    await pause(300);
    expect(x()).toBe(there);
    await vi.waitFor(() => expect(says.textContent).toBe(""), 5000);
    await vi.waitFor(() => expect(x()).toBeGreaterThan(there));
  });

  it("does nothing while nobody can see it", async () => {
    const { root, x } = open(corgi);
    root.style.display = "none";
    await pause(300);
    const there = x();
    await pause(300);
    expect(x()).toBe(there);
    root.style.display = "";
    await vi.waitFor(() => expect(x()).toBeGreaterThan(there));
  });

  it("stays still where less motion is asked for", async () => {
    vi.spyOn(window, "matchMedia").mockReturnValue({
      matches: true,
      addEventListener() {},
      removeEventListener() {},
    } as unknown as MediaQueryList);
    const { x, pet } = open(corgi);
    const there = x();
    pet.click();
    await pause(400);
    expect(x()).toBe(there);
    end(training(), true);
    expect(sparks()).toHaveLength(0);
  });

  it("keeps its keys from the notebook", () => {
    const { root, pet } = open(corgi);
    pet.focus();
    expect(root.dataset.lmSuppressShortcuts).toBe("true");
    expect(pet.dataset.lmSuppressShortcuts).toBe("true");
  });
});

describe("the end of the fun", () => {
  it("comes after five minutes of the page's clock, and stays when the page is loaded again", async () => {
    const now = Date.now();
    const { model, root } = open(corgi);
    expect(model.saved).toEqual([{ until: model.state.until }]);
    expect(model.state.until - now).toBeGreaterThanOrEqual(300_000);
    expect(model.state.until - now).toBeLessThan(310_000);
    vi.spyOn(Date, "now").mockReturnValue(model.state.until - 1);
    await pause(250);
    expect(root.querySelector(".cm-card")).not.toBeNull();
    vi.spyOn(Date, "now").mockReturnValue(model.state.until);
    await vi.waitFor(() => expect(root.querySelector(".cm-card")).toBeNull());
    expect(root.offsetHeight).toBe(0);
    expect(open(model.state).root.querySelector(".cm-card")).toBeNull();
  });

  it("comes at once by its button, on each view of it", async () => {
    const { model, root } = open({ ...corgi, sparks: "Sparks fly" });
    const el = document.body.appendChild(document.createElement("div"));
    undo.push(panel.render({ model, el }), () => el.remove());
    (root.querySelector("[aria-label='Take it away']") as HTMLButtonElement).click();
    await vi.waitFor(() => expect(document.querySelector(".cm-card")).toBeNull());
    expect(model.saved.at(-1)).toEqual({ until: 1 });
    end(training());
    expect(sparks()).toHaveLength(0);
  });

  it("leaves nothing behind", async () => {
    const { model, root, close } = open({ ...corgi, sparks: "Sparks fly" });
    close();
    expect(root.isConnected).toBe(false);
    expect(model.listenerCount).toBe(0);
    end(training());
    expect(sparks().length).toBeGreaterThan(0); // the last epoch of a cell
    await pause(1100);
    for (const dot of sparks()) dot.remove();
    end(training());
    expect(sparks()).toHaveLength(0);
  });
});

describe("sparks", () => {
  it("fly where an epoch ended, more at a new best, and are gone in a second", async () => {
    expect(open(power).root.textContent).toContain("Sparks fly");
    const panel = training();
    end(panel);
    const few = sparks().length;
    expect(few).toBeGreaterThan(0);
    end(panel, true);
    expect(sparks().length).toBeGreaterThan(3 * few);
    const { top, bottom } = panel.getBoundingClientRect();
    for (const dot of sparks()) {
      expect(getComputedStyle(dot).backgroundColor).not.toBe("rgba(0, 0, 0, 0)");
      expect(getComputedStyle(dot).pointerEvents).toBe("none");
      expect(Number.parseFloat((dot as HTMLElement).style.top)).toBeGreaterThanOrEqual(top);
      expect(Number.parseFloat((dot as HTMLElement).style.top)).toBeLessThanOrEqual(bottom);
    }
    await vi.waitFor(() => expect(sparks()).toHaveLength(0), 3000);
  });

  it("fly once, however many panels let them", () => {
    open(power);
    end(training());
    const once = sparks().length;
    open({ ...corgi, sparks: "Sparks fly" });
    end(training());
    expect(sparks().length).toBe(2 * once);
  });

  it("need to be asked for", () => {
    open(corgi);
    end(training());
    expect(sparks()).toHaveLength(0);
  });

  it("do not wait for a panel that is out of sight to come back", () => {
    open(power);
    const panel = training();
    panel.style.display = "none";
    end(panel);
    expect(sparks()).toHaveLength(0);
  });
});

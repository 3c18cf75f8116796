/** A gallery's panel drawn on a page without a kernel, and what a person does to it. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import type { Query } from "./items";
import { page } from "./items.fake";
import panel, { type State } from "./panel";

export let model: FakeModel<State>;
export let root: HTMLElement;
export let undo = (): void => {};

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

export function render(state: Partial<State> = {}, prepare = () => {}): void {
  model = new FakeModel(page(state));
  prepare();
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  undo = panel.render({ model, el });
  root = el.querySelector(".cm-root") as HTMLElement;
}

export function change(state: Partial<State>): void {
  for (const [key, value] of Object.entries(state)) model.set(key as keyof State, value as never);
  vi.advanceTimersByTime(1000);
}

export function cells(): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[role=gridcell]")];
}

export function button(name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find((each) => each.textContent?.startsWith(name));
  if (!found) throw new Error(`No button ${name}`);
  return found;
}

export function press(element: Element, key: string): boolean {
  return element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

export function field<Kind extends HTMLInputElement | HTMLSelectElement = HTMLInputElement>(
  name: string,
): Kind {
  return root.querySelector(`[aria-label="${name}"]`) as Kind;
}

export function set(element: HTMLInputElement | HTMLSelectElement, value: string): void {
  element.value = value;
  element.dispatchEvent(new Event("change"));
}

/** What was asked for, as far as it is unlike what is shown. */
export function asked(): Partial<Query>[] {
  const shown = Object.entries(page().query).map(([key, value]) => [key, JSON.stringify(value)]);
  return commands().map(([name, data]) => {
    expect(name).toBe("show");
    const query = Object.entries((data as { query: Query }).query);
    return Object.fromEntries(
      query.filter(([key, value]) => !shown.some(([k, v]) => k === key && v === JSON.stringify(value))),
    );
  });
}

export function commands(): [string, unknown][] {
  return model.sent.map(({ content }) => {
    const { command, data } = content as { command: string; data: unknown };
    return [command, data];
  });
}

export const text = (selector: string) => root.querySelector(selector)?.textContent ?? "";
export const flush = () => vi.advanceTimersByTimeAsync(100);

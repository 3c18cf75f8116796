import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeModel } from "../shared/model.fake";
import { stayPresent } from "./presence";

let model: FakeModel<object>;
let life: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel({});
  model.answer = () => ({});
  life = new AbortController();
  stayPresent(model, () => true, life.signal);
});

afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

const said = () => model.sent.map(({ content }) => (content as { command: string }).command);

it("says hello, and again while the cell waits", async () => {
  expect(said()).toEqual(["hello"]);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(said()).toEqual(["hello", "hello", "hello"]);
});

it("says bye when the page goes, and nothing after it", async () => {
  window.dispatchEvent(new PageTransitionEvent("pagehide"));
  document.dispatchEvent(new Event("visibilitychange")); // browsers hide a page that goes
  await vi.advanceTimersByTimeAsync(30_000);
  expect(said()).toEqual(["hello", "bye"]);
});

it("says hello when the browser gives a kept page back", async () => {
  await vi.advanceTimersByTimeAsync(100);
  window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  await vi.advanceTimersByTimeAsync(100);
  expect(said()).toEqual(["hello", "bye", "hello"]);
});

it("is still when the panel goes", async () => {
  life.abort();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(said()).toEqual(["hello"]);
});

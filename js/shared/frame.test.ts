import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { coalesce } from "./frame";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("makes one call of many requests, and can be asked again", () => {
  const run = vi.fn();
  const request = coalesce(run, new AbortController().signal);
  for (let times = 0; times < 100; times += 1) request();
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(run).toHaveBeenCalledOnce();
  request();
  vi.advanceTimersByTime(1000);
  expect(run).toHaveBeenCalledTimes(2);
});

it("runs where a hidden page gets no frames", () => {
  vi.stubGlobal("requestAnimationFrame", () => 1);
  const run = vi.fn();
  coalesce(run, new AbortController().signal)();
  vi.advanceTimersByTime(300);
  expect(run).toHaveBeenCalledOnce();
});

it("takes a request made while it runs", () => {
  let left = 3;
  const request = coalesce(() => {
    left -= 1;
    if (left > 0) request();
  }, new AbortController().signal);
  request();
  vi.advanceTimersByTime(1000);
  expect(left).toBe(0);
});

it("is silent after the abort", () => {
  const run = vi.fn();
  const life = new AbortController();
  const request = coalesce(run, life.signal);
  request();
  life.abort();
  request();
  vi.advanceTimersByTime(1000);
  expect(run).not.toHaveBeenCalled();
});

import { describe, expect, it } from "vitest";
import {
  decimate,
  extent,
  gap,
  indexAtOrBefore,
  logTicks,
  nearestIndex,
  padded,
  roundStep,
  smooth,
  ticks,
} from "./scale";

describe("extent", () => {
  it("ignores what is no number", () => {
    expect(extent([[3, null, Number.NaN, -1], [], [Number.POSITIVE_INFINITY, 7]])).toEqual([-1, 7]);
    expect(extent([[-2, 0, 5]], (value) => value > 0)).toEqual([5, 5]);
    expect(extent([[null], []])).toBeNull();
  });
});

describe("ticks", () => {
  it("are round and inside the range", () => {
    expect(ticks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks([0.03, 0.97], 5)).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect(ticks([-12, 37], 5)).toEqual([-10, 0, 10, 20, 30]);
  });

  it("have no rounding dust", () => {
    expect(ticks([0, 0.5], 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it("stay whole for epochs", () => {
    expect(ticks([1, 3], 8, 1)).toEqual([1, 2, 3]);
  });

  it("survive a range without width", () => {
    expect(ticks([5, 5], 5)).toEqual([5]);
    expect(roundStep([0, 0], 5)).toBe(1);
  });

  it("stand at powers of ten on a log scale, thinned where there are many", () => {
    expect(logTicks([0.01, 1000], 6)).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
    expect(logTicks([0.03, 0.6], 5)).toEqual([0.05, 0.1, 0.2, 0.5]);
    expect(logTicks([0.08, 3], 5)).toEqual([0.1, 0.2, 0.5, 1, 2]);
    expect(logTicks([1e-12, 1], 4)).toEqual([1e-12, 1e-9, 1e-6, 0.001, 1]);
  });
});

it("gives room to a constant", () => {
  expect(padded([2, 2])).toEqual([1.8, 2.2]);
  expect(padded([0, 0])).toEqual([-1, 1]);
});

describe("smooth", () => {
  it("starts at the first value, not at zero, and keeps a constant", () => {
    for (const value of smooth([4, 4, 4], 0.9)) expect(value).toBeCloseTo(4);
  });

  it("keeps gaps and goes on behind them", () => {
    const [first, missing, last] = smooth([1, null, 3], 0.5);
    expect(first).toBe(1);
    expect(missing).toBeNull();
    expect(last).toBeCloseTo(7 / 3);
  });

  it("with weight zero changes nothing", () => {
    expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2]);
  });
});

describe("decimate", () => {
  it("keeps the first, lowest, highest and last of a pixel column, in order", () => {
    const y = [5, 9, 1, 4, 6];
    expect(decimate([0, 0.1, 0.2, 0.3, 0.4], y, Math.floor)).toEqual([0, 1, 2, 4]);
  });

  it("keeps everything where each point has its own column", () => {
    expect(decimate([0, 1, 2], [3, 3, 3], Math.floor)).toEqual([0, 1, 2]);
  });

  it("keeps a spike among a hundred thousand points", () => {
    const x = Array.from({ length: 100_000 }, (_, index) => index);
    const y = x.map((value) => (value === 54_321 ? 99 : 0));
    const kept = decimate(x, y, (value) => Math.floor(value / 200));
    expect(kept).toContain(54_321);
    expect(kept.length).toBeLessThanOrEqual(4 * 500);
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
  });

  it("breaks at missing values, once, and not at the ends", () => {
    expect(decimate([0, 1, 2, 3, 4, 5], [null, 1, null, Number.NaN, 2, null], Math.floor)).toEqual([
      1,
      gap,
      4,
    ]);
  });

  it("copes with nothing and with lists of unequal length", () => {
    expect(decimate([], [], Math.floor)).toEqual([]);
    expect(decimate([0, 1, 2], [7], Math.floor)).toEqual([0]);
  });
});

it("finds positions", () => {
  const x = [1, 2, 4, 8];
  expect([0, 1, 3.9, 4, 99].map((value) => indexAtOrBefore(x, value))).toEqual([-1, 0, 1, 2, 3]);
  expect([0, 2.9, 3, 3.1, 99].map((value) => nearestIndex(x, value))).toEqual([0, 1, 1, 2, 3]);
  expect(nearestIndex([], 5)).toBe(-1);
});

import { describe, expect, it } from "vitest";
import { hasRoomBeside, layoutFor, move, scale, tallest } from "./moves";

const layout = { count: 8, columns: 3, rows: 2 }; // lines of 3, 3 and 2, two on a screen

describe("move", () => {
  it.each([
    ["ArrowRight", 0, 1],
    ["ArrowRight", 2, 3],
    ["ArrowRight", 7, 7],
    ["ArrowLeft", 3, 2],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 4],
    ["ArrowDown", 4, 7],
    ["ArrowDown", 5, 5],
    ["ArrowUp", 4, 1],
    ["ArrowUp", 1, 1],
    ["PageDown", 1, 7],
    ["PageDown", 7, 7],
    ["PageUp", 7, 1],
    ["PageUp", 5, 2],
    ["Home", 5, 0],
    ["End", 2, 7],
  ])("%s from %i leads to %i", (key, from, to) => {
    expect(move(key, from, layout)).toBe(to);
  });

  it.each(["a", "Enter", "Tab"])("leaves %s alone", (key) => {
    expect(move(key, 3, layout)).toBeUndefined();
  });
});

describe("layoutFor", () => {
  it("keeps up to nine pictures three by three at every width", () => {
    for (const width of [300, 600, 1200]) {
      expect(layoutFor(width, "large", 9)).toEqual({ columns: 3, rows: 3 });
    }
    expect(layoutFor(600, "large", 1)).toEqual({ columns: 1, rows: 1 });
    expect(layoutFor(600, "large", 64)).toEqual({ columns: 3, rows: 3 });
  });

  it("fills the width with more, and leaves room for the closer look where it lies beside", () => {
    const widths = [0, 368, 566, 1166, 9000];
    expect(widths.map((width) => layoutFor(width, "medium", 64).columns)).toEqual([3, 3, 4, 6, 40]);
    expect(layoutFor(1166, "small", 9).columns).toBe(14);
    expect([566, 1166].map(hasRoomBeside)).toEqual([false, true]);
  });
});

describe("scale", () => {
  it("is the way itself where a browser can show it", () => {
    const way = scale(10_000, 500);
    expect([way.shown, way.scroll(1234)]).toEqual([10_000, 1234]);
    expect([way.follow(1000, 1000, 1234), way.follow(1000, 1000, 9234)]).toEqual([1234, 9234]);
  });

  it("reaches both ends of a way of a million pictures", () => {
    const way = scale(60_000_000, 500);
    expect(way.shown).toBe(tallest);
    expect(way.follow(59_999_500, tallest - 500, 0)).toBe(0);
    expect(way.follow(0, 0, tallest - 500)).toBeCloseTo(60_000_000 - 500);
    expect(way.follow(0, 0, way.scroll(43_210))).toBeCloseTo(43_210);
  });

  it("goes a short way pixel by pixel, and not beyond the ends", () => {
    const way = scale(60_000_000, 500);
    expect(way.follow(1_000_000, 100_000, 100_120)).toBe(1_000_120);
    expect(way.follow(100, 5000, 4800)).toBe(0);
    expect(way.follow(59_999_400, 5000, 5200)).toBe(59_999_500);
  });

  it("does not move what fits the screen", () => {
    expect(scale(300, 500).follow(0, 0, 0)).toBe(0);
  });
});

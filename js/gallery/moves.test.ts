import { describe, expect, it } from "vitest";
import { columnsFor, hasRoomBeside, move } from "./moves";

const layout = { count: 8, columns: 3 }; // rows of 3, 3 and 2

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
    ["Home", 5, 0],
    ["End", 2, 7],
  ])("%s from %i leads to %i", (key, from, to) => {
    expect(move(key, from, layout)).toBe(to);
  });

  it.each(["a", "Enter", "Tab", "PageDown"])("leaves %s alone", (key) => {
    expect(move(key, 3, layout)).toBeUndefined();
  });
});

describe("columnsFor", () => {
  it("keeps up to nine pictures three by three at every width", () => {
    expect([300, 600, 1200, 3000].map((width) => columnsFor(width, 9))).toEqual([3, 3, 3, 3]);
    expect(columnsFor(600, 1)).toBe(1);
  });

  it("fills the width with more, and leaves room for the closer look where it lies beside", () => {
    expect([0, 368, 566, 1166, 4000].map((width) => columnsFor(width, 64))).toEqual([3, 3, 4, 6, 12]);
    expect([566, 1166].map(hasRoomBeside)).toEqual([false, true]);
  });
});

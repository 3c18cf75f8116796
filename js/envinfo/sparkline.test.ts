import { describe, expect, it } from "vitest";
import type { Line, Row } from "./readings";
import { pathOf, sparkline } from "./sparkline";

const line: Line = { column: 1, unit: "cpus", word: "busy", limit: 2, warns: false, drawn: true };

describe("the path of a line", () => {
  it("goes from the left to the newest at the right edge, zero at the bottom and the limit at the top", () => {
    const rows: Row[] = [
      [700, 0],
      [701, 2],
      [702, 1],
    ];
    expect(pathOf(rows, line, 2)).toBe("M290 38h0L295 2L300 20");
  });

  it("leaves a gap for a missing number, and draws a lonely one as a dot", () => {
    const rows: Row[] = [
      [0, 0],
      [1, null],
      [2, 0],
      [3, 0],
    ];
    expect(pathOf(rows, line, 2)).toBe("M285 38h0M295 38h0L300 38");
  });

  it("leaves a gap where nothing was read for a while", () => {
    expect(
      pathOf(
        [
          [0, 0],
          [3, 0],
          [60, 0],
        ],
        line,
        2,
      ),
    ).toBe("M0 38h0L15 38M300 38h0");
  });

  it("stays inside, whatever comes", () => {
    expect(
      pathOf(
        [
          [0, 9],
          [1, -1],
        ],
        line,
        2,
      ),
    ).toBe("M295 2h0L300 38");
    expect(pathOf([], line, 2)).toBe("");
  });
});

describe("a sparkline", () => {
  it("is a picture with words, and has a path for each line", () => {
    const { element, update, describe } = sparkline([line, { ...line, column: 2 }]);
    describe("CPU <b>busy</b>");
    update([[0, 1, 2]], [2, 2]);
    expect(element.getAttribute("role")).toBe("img");
    expect(element.getAttribute("aria-label")).toBe("CPU <b>busy</b>");
    expect([...element.querySelectorAll("path")].map((path) => path.getAttribute("d"))).toEqual([
      "M300 20h0",
      "M300 2h0",
    ]);
  });
});

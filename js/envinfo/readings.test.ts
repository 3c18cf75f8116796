import { describe, expect, it } from "vitest";
import {
  isNearlyFull,
  type Line,
  lastMinutes,
  type Row,
  spanOf,
  type Track,
  top,
  value,
  words,
} from "./readings";

const GB = 2 ** 30;
const line = (given: Partial<Line>): Line => ({
  column: 1,
  unit: "bytes",
  word: "used",
  limit: 0,
  warns: false,
  drawn: true,
  ...given,
});
const track = (...lines: Line[]): Track => ({ name: "RAM", kind: "memory", source: "", lines });

describe("the words of a number", () => {
  it.each([
    [12.4 * GB, { limit: 12.75 * GB }, "12.4 GB of 12.8 GB used"],
    [1.326, { unit: "cpus", limit: 2, word: "busy" }, "1.33 of 2 CPUs busy"],
    [0.5, { unit: "cpus", limit: 0.5, word: "busy" }, "0.50 of 0.50 CPUs busy"],
    [0.25, { unit: "cpus", limit: 1, word: "busy" }, "0.25 of 1 CPU busy"],
    [12_000, { unit: "rate", word: "read" }, "11.7 kB/s read"],
    [0.454, { unit: "ratio", limit: 1, word: "busy" }, "45 % busy"],
    [null, { limit: 4 * GB }, "– of 4.0 GB used"],
    [0, {}, "0 bytes used"],
  ] as const)("%s, %o: %s", (number, given, expected) => {
    expect(words(number, line(given))).toBe(expected);
  });
});

describe("a warning", () => {
  const memory = line({ limit: 100, warns: true });

  it("begins at nine tenths of the limit", () => {
    expect(isNearlyFull(90, memory)).toBe(true);
    expect(isNearlyFull(89, memory)).toBe(false);
  });

  it("is not made of what is unknown, unlimited or may be high", () => {
    expect(isNearlyFull(null, memory)).toBe(false);
    expect(isNearlyFull(90, line({ warns: true }))).toBe(false);
    expect(isNearlyFull(99, line({ limit: 100 }))).toBe(false);
  });
});

describe("the top of an axis", () => {
  const rows: Row[] = [
    [0, 50_000, null],
    [1, null, 90_000],
  ];
  const flows = [line({ unit: "rate" }), line({ unit: "rate", column: 2 })];

  it("is the limit, however low the line", () => {
    expect(top(rows, track(line({ limit: 8 * GB })))).toBe(8 * GB);
  });

  it("is the highest of all lines that are drawn", () => {
    expect(top(rows, track(...flows, line({ column: 0, drawn: false })))).toBe(90_000);
  });

  it("makes no mountain of a trickle", () => {
    expect(top([[0, 12, 3]], track(...flows))).toBe(10_240);
    expect(top([], track(...flows))).toBe(10_240);
  });
});

describe("the rows", () => {
  it("are those of the last five minutes, in order", () => {
    const rows = lastMinutes([[100], [200], [399]], [[400], [500]]);
    expect(rows.map(([tick]) => tick)).toEqual([200, 399, 400, 500]);
    expect(lastMinutes([], [])).toEqual([]);
  });

  it.each([
    [[[5]], 60],
    [[[5], [65]], 60],
    [[[5], [66]], 120],
    [[[5], [200]], 300],
    [[], 60],
  ] as [Row[], number][])("%j fill %i seconds", (rows, seconds) => {
    expect(spanOf(rows)).toBe(seconds);
  });

  it("may be shorter than later ones, when a GPU came late", () => {
    expect(value([1, 2], line({ column: 9 }))).toBeNull();
    expect(value(undefined, line({}))).toBeNull();
    expect(value([1, 0], line({}))).toBe(0);
  });
});

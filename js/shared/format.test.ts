import { expect, it } from "vitest";
import { bytes, count, decimal, duration, percent, plural } from "./format";

it.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1.0 kB"],
  [4.2 * 1024 ** 3, "4.2 GB"],
  [512 * 1024 ** 2, "512 MB"],
  [3000 * 1024 ** 4, "3000.0 TB"],
  [null, "–"],
])("bytes(%s) is %s", (value, text) => expect(bytes(value)).toBe(text));

it.each([
  [0.98314, "98.31 %"],
  [1, "100.00 %"],
  [Number.NaN, "–"],
])("percent(%s) is %s", (ratio, text) => expect(percent(ratio)).toBe(text));

it.each([
  [0, "0.0 s"],
  [0.84, "0.8 s"],
  [9.96, "10 s"],
  [59.7, "1 min 00 s"],
  [185, "3 min 05 s"],
  [3599.6, "1 h 00 min"],
  [7470, "2 h 04 min"],
  [undefined, "–"],
])("duration(%s) is %s", (seconds, text) => expect(duration(seconds)).toBe(text));

it.each([
  [999, "999"],
  [60_000, "60,000"],
  [-1234567, "-1,234,567"],
])("count(%s) is %s", (value, text) => expect(count(value)).toBe(text));

it("counts things", () => {
  expect(plural(1, "image")).toBe("1 image");
  expect(plural(0, "image")).toBe("0 images");
  expect(plural(2, "class", "classes")).toBe("2 classes");
});

it.each([
  [0.031254, "0.03125"],
  [2.5, "2.5"],
  [0, "0"],
  [123456, "123456"],
  [0.0000123, "1.23e-5"],
  [1e-7, "1e-7"],
  [2_500_000, "2.5e6"],
  [Number.POSITIVE_INFINITY, "–"],
])("decimal(%s) is %s", (value, text) => expect(decimal(value)).toBe(text));

import { expect, it } from "vitest";
import { bars } from "./bars";

const path = (heights: readonly number[]) => bars(heights).querySelector("path")?.getAttribute("d");

it("draws each bar from the ground", () => {
  expect(path([0, 8, 1])).toBe("M0 8v-0h5v0zM6 8v-8h5v8zM12 8v-1h5v1z");
  expect(bars([1, 2]).getAttribute("viewBox")).toBe("0 0 12 8");
});

it("takes numbers only", () => {
  expect(path(["<b>" as unknown as number, 99, -1])).toBe("M0 8v-0h5v0zM6 8v-8h5v8zM12 8v-0h5v0z");
});

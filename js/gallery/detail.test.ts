import { describe, expect, it } from "vitest";
import { shares } from "./detail";
import { item } from "./items.fake";

describe("shares", () => {
  it("keeps the order of a few classes and says which was true and which predicted", () => {
    const found = shares([0.1, 0.7, 0.2], ["cat", "dog"], item(0, { true: 0, predicted: 1 }));
    expect(found).toEqual([
      { name: "cat", ratio: 0.1, role: "true" },
      { name: "dog", ratio: 0.7, role: "predicted" },
      { name: "2", ratio: 0.2, role: "" },
    ]);
  });

  it("says both of a class that was recognised", () => {
    expect(shares([1], ["cat"], item(0, { true: 0, predicted: 0 }))[0]?.role).toBe("true, predicted");
  });

  it("sorts many classes by probability", () => {
    const probabilities = Array.from({ length: 1000 }, (_, index) => (index === 500 ? 0.5 : index / 1e6));
    const found = shares(probabilities, [], item(0));
    expect(found.slice(0, 3).map(({ name }) => name)).toEqual(["500", "999", "998"]);
    expect(found).toHaveLength(1000);
  });
});

import { describe, expect, it } from "vitest";
import { differing, type Kept, metrics, ordered, words } from "./kept";

function run(name: string, key: string | number | null, config: Record<string, string> = {}): Kept {
  return { name, cells: [name], keys: [key], epochs: [1, 2], metrics: { loss: [1, 0.5] }, config };
}

describe("runs in a table", () => {
  const runs = [run("a", 2), run("b", null), run("c", 10), run("d", 1)];
  const names = (order?: [number, boolean]) => ordered(runs, order).map(({ name }) => name);

  it("are sorted by numbers, what is missing at the end", () => {
    expect(names()).toEqual(["a", "b", "c", "d"]);
    expect(names([0, false])).toEqual(["d", "a", "c", "b"]);
    expect(names([0, true])).toEqual(["c", "a", "d", "b"]);
  });

  it("tell in what they differ, and what one of them does not know", () => {
    const some = [
      run("a", 1, { model: "mlp", lr: "0.1" }),
      run("b", 1, { model: "mlp" }),
      run("<b>", 1, { model: "mlp", lr: "0.1" }),
      run("unreadable", 1),
    ];
    expect(differing(some)).toEqual({
      columns: ["name", "lr"],
      rows: [
        ["a", "0.1"],
        ["b", "none"],
        ["<b>", "0.1"],
      ],
    });
    expect(differing(some.slice(0, 1))).toBeUndefined();
    expect(differing([])).toBeUndefined();
  });

  it("have the metrics of all of them", () => {
    expect(metrics([run("a", 1), { ...run("b", 1), metrics: { loss: [1], val_accuracy: [1] } }])).toEqual([
      "loss",
      "val_accuracy",
    ]);
    expect(words("val_accuracy")).toBe("test accuracy");
  });
});

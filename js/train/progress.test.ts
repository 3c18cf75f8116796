import { describe, expect, it } from "vitest";
import { type Progress, sentence, series } from "./progress";

const running: Progress = {
  phase: "training",
  dataset: "MNIST",
  model: "",
  download: "",
  epoch: 2,
  epochs: 20,
  step: 130,
  steps: 469,
  logs: {},
  ratio: 0.06,
  elapsed: 3,
  left: 40,
  saved: "",
  rate: null,
  learning_rate: null,
};

describe("sentence", () => {
  it.each([
    [{ phase: "loading", dataset: "", download: "" }, "looking for the data"],
    [
      { phase: "loading", dataset: "", download: "4.2 MB of 11.0 MB" },
      "downloading MNIST, 4.2 MB of 11.0 MB",
    ],
    [{ phase: "loading" }, "loading Keras"],
    [{ phase: "starting" }, "preparing 20 epochs"],
    [{}, "epoch 2 of 20, step 130 of 469"],
    [{ phase: "validating" }, "epoch 2 of 20, trying the test images"],
    [{ phase: "validating", dataset: "", model: "mine" }, "epoch 2 of 20, validating"],
    [{ steps: 0 }, "epoch 2 of 20, step 130"],
    [{ phase: "stopping" }, "stopping after epoch 2 of 20, step 130 of 469"],
    [{ phase: "paused" }, "paused after epoch 2 of 20, step 130 of 469"],
    [{ phase: "testing" }, "trying all test images and saving"],
    [{ phase: "failed" }, "failed"],
  ] as const)("says %o", (change, words) => {
    expect(sentence({ ...running, ...change })).toBe(words);
  });
});

describe("series", () => {
  it("draws training as it goes on and the test images once an epoch", () => {
    const lines = series({
      points: [
        { x: 0.5, loss: 0.9 },
        { x: 1.5, loss: 0.4 },
      ],
      epochs: [{ x: 1, loss: 0.6, val_loss: 0.5, seconds: 3 }],
    });
    expect(lines).toEqual([
      {
        metric: "loss",
        lines: [
          { x: [0.5, 1, 1.5], y: [0.9, 0.6, 0.4] },
          { x: [1], y: [0.5] },
        ],
      },
    ]);
  });

  it("leaves a gap where a metric is no number, and none at an epoch that was not validated", () => {
    const epochs = [
      { x: 2, loss: 1, val_loss: null },
      { x: 3, loss: 1 },
      { x: 4, loss: 1, val_loss: 2 },
    ];
    const [loss] = series({ points: [{ x: 1, loss: null }], epochs });
    expect(loss?.lines[0]?.y).toEqual([null, 1, 1, 1]);
    expect(loss?.lines[1]).toEqual({ x: [2, 4], y: [null, 2] });
  });
});

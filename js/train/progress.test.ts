import { describe, expect, it } from "vitest";
import { isNearlyFull, type Load, loadWords, type Progress, sentence } from "./progress";

const running: Progress = {
  phase: "training",
  dataset: "MNIST",
  model: "",
  download: "",
  epoch: 2,
  epochs: 20,
  ended: 0,
  bests: 0,
  step: 130,
  steps: 469,
  logs: {},
  ratio: 0.06,
  elapsed: 3,
  left: 40,
  saved: "",
  rate: null,
  learning_rate: null,
  load: null,
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
    [{ epoch: 1234, epochs: 100000, steps: 0 }, "epoch 1,234 of 100,000, step 130"],
    [{ steps: 0 }, "epoch 2 of 20, step 130"],
    [{ phase: "stopping" }, "stopping after epoch 2 of 20, step 130 of 469"],
    [{ phase: "paused" }, "paused after epoch 2 of 20, step 130 of 469"],
    [{ phase: "testing" }, "trying all test images and saving"],
    [{ phase: "failed" }, "failed"],
  ] as const)("says %o", (change, words) => {
    expect(sentence({ ...running, ...change })).toBe(words);
  });
});

describe("loadWords", () => {
  const load: Load = {
    cpu: 1.93,
    cpus: 2,
    memory: 1.2 * 2 ** 30,
    used: 3.4 * 2 ** 30,
    usable: 24 * 2 ** 30,
    gpu: null,
    gpu_used: null,
    gpu_total: null,
  };

  it("says what the process takes, and how much is left", () => {
    expect(loadWords(load)).toEqual(["CPU 97 % of 2 cores", "RAM 1.2 GB, in all 3.4 GB of 24.0 GB"]);
    expect(loadWords({ ...load, cpu: 0.52, cpus: 0.5, used: null, usable: null })).toEqual([
      "CPU 100 % of 0.5 cores",
      "RAM 1.2 GB",
    ]);
  });

  it("says what the GPU does, as far as it tells", () => {
    const gpu = { gpu: 0.54, gpu_used: 2 ** 31, gpu_total: 2 ** 34 };
    expect(loadWords({ ...load, ...gpu })[2]).toBe("GPU 54 %, 2.0 GB of 16.0 GB");
    expect(loadWords({ ...load, ...gpu, gpu: null })[2]).toBe("GPU –, 2.0 GB of 16.0 GB");
  });

  it("knows when the memory is nearly full", () => {
    expect(isNearlyFull(load)).toBe(false);
    expect(isNearlyFull({ ...load, used: 22 * 2 ** 30 })).toBe(true);
    expect(isNearlyFull({ ...load, usable: null })).toBe(false);
  });
});

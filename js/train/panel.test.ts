import { afterEach, describe, expect, it, vi } from "vitest";
import type { CardData, Note } from "../shared/card";
import { epochEnded } from "../shared/epoch";
import { FakeModel } from "../shared/model.fake";
import panel from "./panel";
import type { Curve, Progress } from "./progress";

const card: CardData = {
  title: "Training on MNIST",
  big: "98.31 % right",
  state: "done",
  tone: "ok",
  parts: [],
};

const start: Progress = {
  phase: "loading",
  dataset: "",
  model: "",
  download: "",
  epoch: 0,
  epochs: 0,
  ended: 0,
  bests: 0,
  step: 0,
  steps: 0,
  logs: {},
  ratio: 0,
  elapsed: null,
  left: null,
  saved: "",
  rate: null,
  learning_rate: null,
  load: null,
};

function open(can_stop = true) {
  const curves: Curve[] = [];
  const model = new FakeModel({ card: {} as CardData, progress: start, curves, can_stop });
  const el = document.createElement("div");
  document.body.append(el);
  const close = panel.render({ model, el });
  const text = () => el.querySelector(".cm-root")?.textContent ?? "";
  const visible = (selector: string) => el.querySelector(selector)?.closest("[hidden]") === null;
  return { model, el, close, text, visible, button: () => el.querySelector("button") as HTMLButtonElement };
}

function move(model: ReturnType<typeof open>["model"], progress: Partial<Progress>): void {
  model.set("progress", { ...model.get("progress"), ...progress });
}

describe("the panel of a training", () => {
  afterEach(() => document.body.replaceChildren());

  it("tells what is being waited for before the first step", () => {
    expect(open().text()).toContain("looking for the data");
  });

  it("follows epoch, step, metrics and time left", async () => {
    const { model, el, text } = open();
    move(model, {
      phase: "training",
      dataset: "MNIST",
      epoch: 1,
      epochs: 2,
      step: 235,
      steps: 469,
      logs: { loss: 0.25, accuracy: 0.923 },
      ratio: 0.25,
      left: 9,
      rate: 120000,
      learning_rate: 0.001,
    });
    await vi.waitFor(() => expect(text()).toContain("epoch 1 of 2, step 235 of 469"));
    expect(el.querySelector("[role=status]")?.textContent).toBe("epoch 1 of 2");
    expect(text()).toContain("accuracy 92.30 %");
    expect(text()).toContain("9.0 s left");
    expect(text()).toContain("120,000 samples/s · learning rate 0.001");
    expect(el.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("25");
  });

  it("tells what the training takes of the machine, and when memory ends", async () => {
    const { model, el, text } = open();
    const load = { cpu: 1, cpus: 2, memory: 2 ** 30, used: 2 ** 31, usable: 2 ** 32 };
    const gpu = { gpu: null, gpu_used: null, gpu_total: null };
    move(model, { phase: "training", load: { ...load, ...gpu } });
    await vi.waitFor(() =>
      expect(text()).toContain("CPU 50 % of 2 cores · RAM 1.0 GB, in all 2.0 GB of 4.0 GB"),
    );
    expect(el.querySelector(".cm-warn")).toBeNull();
    move(model, { load: { ...load, ...gpu, used: 2 ** 32 } });
    await vi.waitFor(() => expect(el.querySelector(".cm-warn")?.textContent).toBe("memory nearly full"));
  });

  it("asks Python to stop, once, and says what else can be done", async () => {
    const { model, text, button } = open();
    model.answer = () => ({});
    button().click();
    expect(button().disabled).toBe(true);
    expect(model.sent.map(({ content }) => content)).toMatchObject([{ kind: "command", command: "stop" }]);
    expect(text()).toContain("interrupt the kernel");
  });

  it("pauses, continues and saves", async () => {
    const { model, el, text } = open();
    model.answer = () => ({});
    const click = (words: string) =>
      [...el.querySelectorAll("button")].find(({ textContent }) => textContent === words)?.click();
    click("Pause");
    move(model, { phase: "paused", epoch: 1, epochs: 2, saved: "Saved after epoch 1." });
    await vi.waitFor(() => expect(text()).toContain("paused after epoch 1 of 2"));
    expect(text()).toContain("Saved after epoch 1.");
    click("Continue");
    click("Save now");
    expect(model.sent.map(({ content }) => (content as { command: string }).command)).toEqual([
      "pause",
      "proceed",
      "save",
    ]);
  });

  it("offers no button where clicks do not arrive, and says how to stop", () => {
    const { text, visible } = open(false);
    expect(visible("button")).toBe(false);
    expect(text()).toContain("interrupt the kernel");
  });

  it("ends with the card", async () => {
    const { model, el, text, visible } = open();
    model.set("card", card);
    model.set("can_stop", false);
    move(model, { phase: "done" });
    await vi.waitFor(() => expect(text()).toContain("98.31 % right"));
    expect(visible("[role=progressbar]")).toBe(false);
    expect(el.querySelectorAll(".cm-card:not([hidden])")).toHaveLength(1);
  });

  it("offers nothing once the last step is done", async () => {
    const { model, text, visible } = open();
    move(model, { phase: "testing", epoch: 2, epochs: 2 });
    await vi.waitFor(() => expect(text()).toContain("trying all test images"));
    expect(visible("button")).toBe(false);
  });

  it("says first why it failed, with the curves below", async () => {
    const { model, el, text } = open();
    const note: Note = { kind: "note", sentence: "The process was killed.", tone: "wrong" };
    model.set("card", { title: "Training it", big: "", state: "failed", tone: "wrong", parts: [note] });
    move(model, { phase: "failed" });
    await vi.waitFor(() => expect(text()).toContain("The process was killed."));
    expect(el.querySelector(".cm-card > :last-child")?.className).toBe("cm-charts");
  });

  it("tells the page of an epoch's end, and whether it was the best so far, but not of those before", async () => {
    const heard: boolean[] = [];
    const hear = (event: Event) => heard.push((event as CustomEvent<boolean>).detail);
    window.addEventListener(epochEnded, hear);
    const { model } = open();
    move(model, { ended: 1, bests: 1 });
    await vi.waitFor(() => expect(heard).toEqual([true]));
    move(model, { step: 2 });
    move(model, { ended: 3 });
    await vi.waitFor(() => expect(heard).toEqual([true, false]));
    panel.render({ model, el: document.body });
    expect(heard).toHaveLength(2);
    window.removeEventListener(epochEnded, hear);
  });

  it("leaves nothing behind", () => {
    const { model, el, close } = open();
    close();
    expect(el.childElementCount).toBe(0);
    expect(model.listenerCount).toBe(0);
  });
});

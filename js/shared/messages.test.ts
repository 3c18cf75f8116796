import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask } from "./messages";
import { FakeModel } from "./model.fake";

interface Command {
  id: string;
}

describe("ask", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends a command with its data and buffers", () => {
    const model = new FakeModel({});
    const buffer = new Uint8Array([1, 2]).buffer;
    void ask(model, "fetch", { page: 3 }, { buffers: [buffer] });
    expect(model.sent).toHaveLength(1);
    expect(model.sent[0]).toMatchObject({
      content: { kind: "command", command: "fetch", data: { page: 3 } },
      buffers: [buffer],
    });
  });

  it("resolves with the result and the buffers of its own reply", async () => {
    const model = new FakeModel({});
    const first = ask<number>(model, "one");
    const second = ask<number>(model, "two");
    const [one, two] = model.sent.map(({ content }) => (content as Command).id);
    const view = new DataView(new ArrayBuffer(4));
    model.receive({ kind: "reply", id: two, ok: true, result: 2 }, [view]);
    model.receive({ kind: "reply", id: one, ok: true, result: 1 });
    expect(await first).toEqual({ result: 1, buffers: [] });
    expect((await second).buffers[0]).toBe(view);
    expect(model.listenerCount).toBe(0);
  });

  it("rejects with the sentence that Python sent", async () => {
    const model = new FakeModel({});
    model.answer = () => {
      throw new Error("There is no page 9.");
    };
    await expect(ask(model, "fetch")).rejects.toThrow("There is no page 9.");
    expect(model.listenerCount).toBe(0);
  });

  it("says so when the kernel stays silent", async () => {
    const model = new FakeModel({});
    const asked = expect(ask(model, "fetch", {}, { timeout: 3000 })).rejects.toThrow(
      "The kernel did not answer within 3 s. It may be busy or gone",
    );
    await vi.advanceTimersByTimeAsync(3000);
    await asked;
    expect(model.listenerCount).toBe(0);
  });

  it("stops waiting when its signal aborts, and does not send when it already has", async () => {
    const model = new FakeModel({});
    const controller = new AbortController();
    const asked = ask(model, "fetch", {}, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toThrow(/abort/i);
    await expect(ask(model, "fetch", {}, { signal: controller.signal })).rejects.toThrow(/abort/i);
    expect(model.sent).toHaveLength(1);
    expect(model.listenerCount).toBe(0);
  });

  it("leaves other messages alone", async () => {
    const model = new FakeModel({});
    const asked = ask<string>(model, "fetch");
    const [id] = model.sent.map(({ content }) => (content as Command).id);
    for (const content of [null, "text", { kind: "event", id }, { kind: "reply", id: "other", ok: true }]) {
      model.receive(content);
    }
    model.receive({ kind: "reply", id, ok: true, result: "mine" });
    expect((await asked).result).toBe("mine");
  });

  it("rejects when the message cannot be sent", async () => {
    const model = new FakeModel({});
    model.send = () => {
      throw new Error("The connection is closed.");
    };
    await expect(ask(model, "fetch")).rejects.toThrow(
      /^The kernel cannot be reached \(The connection is closed\.\)\. .* restart the kernel and run this cell again\.$/,
    );
    expect(model.listenerCount).toBe(0);
  });
});

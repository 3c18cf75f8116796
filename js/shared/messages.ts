/** Commands to the kernel: each is answered by exactly one reply, an error, or a sentence saying that nothing came. */
import { messageOf } from "./dom";
import type { MessageListener, Messenger } from "./model";

export interface Reply<Result> {
  result: Result;
  buffers: readonly DataView[];
}

export interface AskOptions {
  /** Milliseconds. */
  timeout?: number;
  signal?: AbortSignal;
  buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

/** Nothing came back in time. */
export class Silence extends Error {}

type Envelope = { kind: "reply"; id: string } & (
  | { ok: true; result: unknown }
  | { ok: false; error: string }
);

// Several views share one model, so an id must be unlike those of every other page; randomUUID is missing on plain http.
const page = Math.random();
let asked = 0;

export function ask<Result>(
  model: Messenger,
  command: string,
  data: object = {},
  { timeout = 20_000, signal, buffers }: AskOptions = {},
): Promise<Reply<Result>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const id = `${page}-${++asked}`;

    const settle = () => {
      clearTimeout(timer);
      model.off("msg:custom", receive);
      signal?.removeEventListener("abort", abort);
    };
    const fail = (reason: unknown) => {
      settle();
      reject(reason);
    };
    const abort = () => fail(signal?.reason);
    const receive: MessageListener = (content, received = []) => {
      if (!isReply(content, id)) return;
      if (!content.ok) return fail(new Error(content.error));
      settle();
      resolve({ result: content.result as Result, buffers: received });
    };
    const timer = setTimeout(
      () => fail(new Silence(lost(`did not answer within ${timeout / 1000} s`))),
      timeout,
    );

    model.on("msg:custom", receive);
    signal?.addEventListener("abort", abort);
    try {
      model.send({ kind: "command", id, command, data }, undefined, buffers);
    } catch (error) {
      fail(new Error(lost(`cannot be reached (${messageOf(error)})`)));
    }
  });
}

function isReply(content: unknown, id: string): content is Envelope {
  const envelope = content as Partial<Envelope> | null;
  return envelope?.kind === "reply" && envelope.id === id;
}

function lost(what: string): string {
  return `The kernel ${what}. It may be busy or gone: wait for the running cell, or restart the kernel and run this cell again.`;
}

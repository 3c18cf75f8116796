import { beforeEach, describe, expect, it, vi } from "vitest";
import { type AskOptions, type Reply, Silence } from "../shared/messages";
import { type Ask, block, largest, type Options, sendFile } from "./sender";
import { hex } from "./sha256";

const sha = async (bytes: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
const isSame = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

/** What the kernel does, and what may go wrong on the way to it. */
class Kernel {
  readonly commands: string[] = [];
  readonly sizes: number[] = [];
  readonly body: Uint8Array;
  position = 0;
  root = "";
  most = 0;
  /** No piece is answered before so many have been on their way at once. */
  together = 1;
  /** Pieces that are lost, or damaged, by how many came before them. */
  lost = new Set<number>();
  damaged = new Set<number>();
  isMute = false;
  refusal = "";
  private waiting = 0;
  private readonly here: boolean[] = [];

  constructor(size: number) {
    this.body = new Uint8Array(size);
  }

  ask: Ask = async <Result>(
    command: string,
    data: object,
    { buffers = [], signal, timeout = 1000 }: AskOptions = {},
  ): Promise<Reply<Result>> => {
    this.commands.push(command);
    await new Promise((resolve) => setTimeout(resolve, 1));
    signal?.throwIfAborted();
    if (this.isMute) {
      await new Promise((resolve) => setTimeout(resolve, timeout));
      throw new Silence("no answer");
    }
    if (this.refusal) throw new Error(this.refusal);
    return {
      result: (await this.obey(command, data, buffers as Uint8Array[], signal)) as Result,
      buffers: [],
    };
  };

  private async obey(
    command: string,
    data: object,
    buffers: Uint8Array[],
    signal?: AbortSignal,
  ): Promise<object> {
    if (command === "begin") return { id: "1", position: this.front() };
    if (command === "finish") {
      this.root = (data as { root: string }).root;
      return {};
    }
    const number = this.sizes.length;
    const [piece, proof] = buffers as [Uint8Array, Uint8Array];
    const { position } = data as { position: number };
    this.sizes.push(piece.length);
    this.waiting += 1;
    this.most = Math.max(this.most, this.waiting);
    // Until as many are on their way as are waited for: how fast pieces are read is the machine's affair.
    for (let tried = 0; tried < 500 && (tried === 0 || this.most < this.together); tried += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.waiting -= 1;
    if (this.lost.has(number)) {
      await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    }
    if (this.damaged.has(number)) return { kept: false };
    for (let at = 0; at < piece.length; at += block) {
      const found = proof.subarray((at / block) * 32, (at / block) * 32 + 32);
      expect(isSame(found, await sha(piece.subarray(at, at + block)))).toBe(true);
      this.here[(position + at) / block] = true;
    }
    this.body.set(piece, position);
    return { kept: true };
  }

  private front(): number {
    let blocks = this.position / block;
    while (this.here[blocks]) blocks += 1;
    return Math.min(blocks * block, this.body.length);
  }
}

function content(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + (at >> 9)) & 255;
  return bytes;
}

async function rootOf(body: Uint8Array): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += block) parts.push(await sha(body.subarray(at, at + block)));
  const all = new Uint8Array(32 * parts.length);
  parts.forEach((part, index) => {
    all.set(part, 32 * index);
  });
  return hex(await sha(all));
}

let arrived: number[];
let silences: string[];
let stop: AbortController;

beforeEach(() => {
  arrived = [];
  silences = [];
  stop = new AbortController();
});

function send(kernel: Kernel, body: Uint8Array<ArrayBuffer>, more: Partial<Options> = {}): Promise<void> {
  return sendFile(new File([body], "a.csv", { lastModified: 5 }), {
    ask: kernel.ask,
    variable: "",
    signal: stop.signal,
    onBegun: () => undefined,
    onArrived: (count) => arrived.push(count),
    onSilence: (sentence) => silences.push(sentence),
    question: 20,
    questions: 3,
    ...more,
  });
}

describe("a file on its way", () => {
  it.each([0, 1, block - 1, block, block + 1, 3 * block + 7, 20 * 1024 * 1024 + 5])(
    "arrives whole with %d bytes",
    async (size) => {
      const body = content(size);
      const kernel = new Kernel(size);
      await send(kernel, body);
      expect(isSame(kernel.body, body)).toBe(true);
      expect(kernel.root).toBe(await rootOf(body));
      expect(kernel.commands.at(-1)).toBe("finish");
      if (size) expect(arrived.at(-1)).toBe(size);
    },
  );

  it("is cut into pieces that grow, four at a time", async () => {
    const kernel = new Kernel(40 * 1024 * 1024);
    kernel.together = 4;
    await send(kernel, content(40 * 1024 * 1024));
    expect(kernel.sizes[0]).toBe(block);
    expect(Math.max(...kernel.sizes)).toBe(largest);
    expect(kernel.most).toBe(4);
    expect(kernel.sizes.length).toBeLessThan(60);
  });

  it("goes on where an earlier page stopped, and still proves all of it", async () => {
    const body = content(6 * block + 3);
    const kernel = new Kernel(body.length);
    kernel.position = 4 * block;
    kernel.body.set(body.subarray(0, 4 * block));
    await send(kernel, body);
    expect(kernel.sizes.reduce((sum, size) => sum + size, 0)).toBe(2 * block + 3);
    expect(arrived[0]).toBe(4 * block);
    expect(kernel.root).toBe(await rootOf(body));
  });

  it("sends again what was lost", async () => {
    const body = content(12 * block);
    const kernel = new Kernel(body.length);
    kernel.lost = new Set([1, 2]);
    await send(kernel, body, { patience: 100 });
    expect(isSame(kernel.body, body)).toBe(true);
    expect(kernel.commands.filter((command) => command === "begin").length).toBeGreaterThan(1);
  });

  it("sends again what was damaged, and gives up after three times", async () => {
    const body = content(2 * block);
    const kernel = new Kernel(body.length);
    kernel.damaged = new Set([0]);
    await send(kernel, body);
    expect(isSame(kernel.body, body)).toBe(true);
    const worse = new Kernel(body.length);
    worse.damaged = new Set([...Array(99).keys()]);
    await expect(send(worse, body)).rejects.toThrow("a.csv is damaged on its way, again and again");
  });

  it("says that there is no answer, and goes on when there is one", async () => {
    const kernel = new Kernel(block);
    kernel.isMute = true;
    const sent = send(kernel, content(block), { questions: 1000 });
    await vi.waitFor(() => expect(silences).not.toEqual([]));
    kernel.isMute = false;
    await sent;
    expect(silences[0]).toMatch("The kernel does not answer");
    expect(silences.at(-1)).toBe("");
    expect(kernel.commands.at(-1)).toBe("finish");
  });

  it("says what to do when no answer comes at all", async () => {
    const kernel = new Kernel(block);
    kernel.isMute = true;
    await expect(send(kernel, content(block))).rejects.toThrow(
      "choose the same file: it goes on where it was",
    );
    expect(kernel.commands).toEqual(["begin", "begin", "begin"]);
  });

  it("passes on what the kernel refuses", async () => {
    const kernel = new Kernel(1);
    kernel.refusal = "It does not fit.";
    await expect(send(kernel, content(1))).rejects.toThrow("It does not fit.");
  });

  it("stops when it is told to", async () => {
    const kernel = new Kernel(99 * block);
    const sent = send(kernel, content(99 * block), { onBegun: () => stop.abort(new Error("cancelled")) });
    await expect(sent).rejects.toThrow("cancelled");
    expect(kernel.commands).not.toContain("finish");
  });

  it("says that a file which changed must be chosen again", async () => {
    const file = new File([content(4)], "a.csv");
    Object.assign(file, {
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }),
    });
    const options = { ask: new Kernel(4).ask, variable: "", signal: stop.signal };
    const ignore = () => undefined;
    await expect(
      sendFile(file, { ...options, onBegun: ignore, onArrived: ignore, onSilence: ignore }),
    ).rejects.toThrow("a.csv cannot be read: it was changed or moved, or is a folder. Choose it again.");
  });
});

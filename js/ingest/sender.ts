/** A file to the kernel: in pieces that grow, several on their way, each with its digests; and on after a lost connection. */
import { type AskOptions, type Reply, Silence } from "../shared/messages";
import { Reader } from "./reader";
import { digest, hex } from "./sha256";

/** As `BLOCK` and `LARGEST_PIECE` in `colab_magics/ingest/`. */
export const block = 512 * 1024;
export const largest = 4 * 1024 * 1024;
const inFlight = 4;
/** Milliseconds: a piece that takes less makes the next one larger, one that takes more makes it smaller. */
const quick = 1000;
const slow = 4000;
const tries = 3;
/** Milliseconds between two times that what has arrived is drawn: that takes from the same processor. */
const pause = 200;

export type Ask = <Result>(command: string, data: object, options?: AskOptions) => Promise<Reply<Result>>;

export interface Options {
  ask: Ask;
  /** The name of the variable, or nothing. */
  variable: string;
  signal: AbortSignal;
  onBegun(id: string): void;
  /** Bytes that have arrived. */
  onArrived(count: number): void;
  /** There is no answer now; with "" there is one again. */
  onSilence(sentence: string): void;
  /** Milliseconds without an answer after which the kernel is asked what it has. */
  patience?: number;
  /** How often it is asked, and for how many milliseconds each time, before the person is asked to choose again. */
  questions?: number;
  question?: number;
}

/** What the kernel knows a file by; as `Offer` in `colab_magics/ingest/offer.py`. */
export async function offerOf(file: File, variable: string): Promise<object> {
  const head = hex(await digest(await new Reader(file).read(0, Math.min(block, file.size))));
  return { name: file.name, size: file.size, modified: file.lastModified, head, variable };
}

export type Begun = { id: string; position: number };
type Way = "sent" | "silent";

export async function sendFile(file: File, options: Options): Promise<void> {
  const { ask, variable, signal, onBegun, onArrived, onSilence } = options;
  const { patience = 5000, questions = 15, question = 20_000 } = options;
  const reader = new Reader(file);
  const digests: Uint8Array[] = [];
  let told = 0;
  const offer = await offerOf(file, variable);

  let { id, position } = await begin();
  onBegun(id);
  while (position < file.size) {
    tell(position);
    if ((await send(position)) === "sent") break;
    // What is on its way was lost, or is late: the kernel says from where on it wants the file.
    ({ id, position } = await begin());
  }
  tell(file.size);
  await digestUpTo(file.size);
  const all = new Uint8Array(await new Blob(digests as BlobPart[]).arrayBuffer());
  await ask("finish", { id, root: hex(await digest(all)) }, { signal, timeout: 600_000 });

  function tell(count: number): void {
    told = performance.now();
    onArrived(count);
  }

  async function begin(): Promise<Begun> {
    for (let asked = 1; ; asked += 1) {
      try {
        const { result } = await ask<Begun>("begin", offer, { signal, timeout: question });
        onSilence("");
        return result;
      } catch (error) {
        if (!(error instanceof Silence)) throw error;
        if (asked === questions) throw new Error(gaveUp);
        onSilence("The kernel does not answer: it is busy, or the connection is lost. It goes on by itself.");
      }
    }
  }

  async function send(from: number): Promise<Way> {
    signal.throwIfAborted();
    const way = new AbortController();
    const stop = () => way.abort(signal.reason);
    signal.addEventListener("abort", stop);
    const sending = new Map<number, Promise<number>>();
    let next = from;
    let size = block;
    let arrived = from;
    try {
      while (next < file.size || sending.size > 0) {
        while (next < file.size && sending.size < inFlight) {
          const start = next;
          const end = Math.min(start + size, file.size);
          next = end;
          const began = performance.now();
          const piece = sendPiece(start, end, way.signal).then(() => {
            const took = performance.now() - began;
            if (took < quick) size = Math.min(2 * size, largest);
            else if (took > slow) size = Math.max(size / 2, block);
            arrived += end - start;
            if (performance.now() - told >= pause) tell(arrived);
            return start;
          });
          sending.set(start, piece);
        }
        const done = await within(patience, Promise.race(sending.values()));
        if (done === undefined) return "silent";
        sending.delete(done);
      }
      return "sent";
    } finally {
      signal.removeEventListener("abort", stop);
      way.abort();
      for (const piece of sending.values()) piece.catch(() => undefined);
    }
  }

  async function sendPiece(start: number, end: number, way: AbortSignal): Promise<void> {
    const bytes = await reader.read(start, end);
    const own = await digestBlocks(bytes);
    own.forEach((found, index) => {
      digests[start / block + index] = found;
    });
    const proof = new Uint8Array(32 * own.length);
    own.forEach((found, index) => {
      proof.set(found, 32 * index);
    });
    for (let tried = 1; ; tried += 1) {
      const data = { id, position: start };
      const { result } = await ask<{ kept: boolean }>("piece", data, {
        signal: way,
        timeout: 600_000,
        buffers: [bytes, proof],
      });
      if (result.kept) return reader.giveBack(bytes);
      if (tried === tries)
        throw new Error(`${file.name} is damaged on its way, again and again: try another network.`);
    }
  }

  /** Of what an earlier page sent, too. */
  async function digestUpTo(end: number): Promise<void> {
    for (let at = 0; at < end; at += block) {
      if (digests[at / block] || signal.aborted) continue;
      digests[at / block] = await digest(await reader.read(at, Math.min(at + block, end)));
    }
  }
}

/** What the promise gives, or undefined after so many milliseconds. */
function within<Result>(time: number, promise: Promise<Result>): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time, undefined);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const gaveUp =
  "The kernel has not answered for minutes. When it runs again, choose the same file: it goes on where it was.";

function digestBlocks(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  const starts = Array.from({ length: Math.ceil(bytes.length / block) }, (_, index) => index * block);
  return Promise.all(starts.map((start) => digest(bytes.subarray(start, start + block))));
}

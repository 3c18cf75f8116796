/** SHA-256 (FIPS 180-4) of bytes that are all here; for pages on plain http, where browsers hide their own. */

export function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const own = globalThis.crypto?.subtle;
  return own
    ? own.digest("SHA-256", bytes).then((found) => new Uint8Array(found))
    : Promise.resolve(sha256(bytes));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sha256(bytes: Uint8Array): Uint8Array {
  const { state, rounds } = constants();
  const words = new Int32Array(64);
  const whole = bytes.length - (bytes.length % 64);
  blocks(bytes, whole);
  // The rest, a 1 bit, zeros, and the length in bits make one block or two.
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(tail.length - 4, (bytes.length * 8) % 2 ** 32);
  blocks(tail, tail.length);
  const result = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => {
    result.setInt32(4 * index, word);
  });
  return new Uint8Array(result.buffer);

  function blocks(from: Uint8Array, end: number): void {
    const input = new DataView(from.buffer, from.byteOffset);
    for (let at = 0; at < end; at += 64) {
      for (let i = 0; i < 16; i += 1) words[i] = input.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const early = words[i - 15] as number;
        const late = words[i - 2] as number;
        const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
        const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
        words[i] = (words[i - 16] as number) + low + (words[i - 7] as number) + high;
      }
      mix();
    }
  }

  function mix(): void {
    let [a, b, c, d, e, f, g, h] = state as unknown as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ];
    for (let i = 0; i < 64; i += 1) {
      const choice = (e & f) ^ (~e & g);
      const one =
        (h +
          (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
          choice +
          (rounds[i] as number) +
          (words[i] as number)) |
        0;
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] = (state[index] as number) + word;
    });
  }
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits behind the point of the roots of primes: square roots of 8, cube roots of 64. */
function constants(): { state: Int32Array; rounds: Int32Array } {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number += 1) {
    if (primes.every((prime) => number % prime)) primes.push(number);
  }
  const fraction = (root: number) => ((root % 1) * 2 ** 32) | 0;
  return {
    state: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
    rounds: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
  };
}

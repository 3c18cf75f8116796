import { afterEach, describe, expect, it, vi } from "vitest";
import { digest, hex, sha256 } from "./sha256";

const lengths = [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 524_288, 524_289];

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7919 + (index >> 8) * 31) % 256);
}

const { subtle } = crypto;
const standard = async (body: Uint8Array) =>
  hex(new Uint8Array(await subtle.digest("SHA-256", new Uint8Array(body))));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("sha256", () => {
  it.each(lengths)("of %d bytes is that of the standard", async (length) => {
    const body = bytes(length);
    expect(hex(sha256(body))).toBe(await standard(body));
  });

  it("knows the examples of FIPS 180-4", () => {
    const text = (words: string) => hex(sha256(new TextEncoder().encode(words)));
    expect(text("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  it("takes a part of a buffer", async () => {
    const body = bytes(300);
    const part = body.subarray(17, 217);
    expect(hex(sha256(part))).toBe(await standard(part));
  });

  it("is the browser's own where there is one, and ours elsewhere", async () => {
    const body = bytes(1000);
    const expected = await standard(body);
    expect(hex(await digest(body))).toBe(expected);
    vi.stubGlobal("crypto", {});
    expect(hex(await digest(body))).toBe(expected);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { Reader } from "./reader";

const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) & 255);
const file = new File([bytes], "a.csv");

afterEach(() => vi.restoreAllMocks());

describe("a file", () => {
  it.each([
    [0, 0],
    [0, 1],
    [0, 300_000],
    [5, 200_000],
    [299_999, 300_000],
  ])("is read from %i to %i", async (start, end) => {
    expect(await new Reader(file).read(start, end)).toEqual(bytes.slice(start, end));
  });

  it("is read into the same memory again, and a piece that is still needed stays as it is", async () => {
    const reader = new Reader(file);
    const kept = await reader.read(0, 1000);
    const first = await reader.read(0, 1000);
    reader.giveBack(first);
    const second = await reader.read(1000, 2000);
    expect(first.byteLength).toBe(0); // its memory has moved on
    expect(second).toEqual(bytes.slice(1000, 2000));
    expect(kept).toEqual(bytes.slice(0, 1000));
    reader.giveBack(second);
    expect(await reader.read(2000, 2100)).toEqual(bytes.slice(2000, 2100));
  });

  it("is read where the browser cannot read into memory that is there", async () => {
    vi.spyOn(Blob.prototype, "stream").mockImplementation(() => new ReadableStream() as never);
    expect(await new Reader(file).read(5, 200_000)).toEqual(bytes.slice(5, 200_000));
  });

  it("that is shorter than it was is told", async () => {
    await expect(new Reader(file).read(200_000, 300_001)).rejects.toThrow(
      "a.csv cannot be read: it was changed or moved, or is a folder. Choose it again.",
    );
  });
});

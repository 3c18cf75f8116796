import { describe, expect, it } from "vitest";
import { walk } from "./walk";

describe("a walk", () => {
  it("goes to the right, turns at the end, and comes back", () => {
    expect(walk(0, 100)).toEqual({ x: 0, faces: 1, swing: 0 });
    expect(walk(2, 100)).toMatchObject({ x: 60, faces: 1 });
    expect(walk(4, 100)).toMatchObject({ x: 80, faces: -1 });
    expect(walk(6.5, 100)).toMatchObject({ x: 5, faces: -1 });
    expect(walk(6.9, 100).faces).toBe(1);
  });

  it("rests after seven seconds, and goes on from there", () => {
    const { x } = walk(7, 1000);
    expect(walk(8.9, 1000)).toEqual({ x, faces: 1, swing: 0 });
    expect(walk(9.1, 1000).x).toBeCloseTo(x + 3);
  });

  it("never leaves its strip, however narrow that is", () => {
    for (const room of [-20, 0, 1, 37, 1000]) {
      for (let seconds = 0; seconds < 400; seconds += 0.7) {
        const { x, swing } = walk(seconds, room);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(Math.max(0, room));
        expect(Math.abs(swing)).toBeLessThanOrEqual(1);
      }
    }
  });
});

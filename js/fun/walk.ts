/** Where a pet is, by the seconds that it was up: along a strip and back, with a rest now and then. */

const speed = 30; // pixels a second
const walking = 7; // seconds, and then it stands
const resting = 2;

export interface Place {
  x: number;
  /** 1 to the right, -1 to the left. */
  faces: number;
  /** How far the legs are out, -1 to 1. */
  swing: number;
}

/** `room` is how far it can go, in pixels. */
export function walk(seconds: number, room: number): Place {
  const round = seconds % (walking + resting);
  const walked = Math.floor(seconds / (walking + resting)) * walking + Math.min(round, walking);
  const gone = (speed * walked) % (2 * room || 1);
  const isBack = gone > room;
  return {
    x: Math.max(0, isBack ? 2 * room - gone : gone),
    faces: isBack ? -1 : 1,
    swing: round < walking ? Math.sin(9 * walked) : 0,
  };
}

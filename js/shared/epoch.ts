/** The event that bubbles from a training's panel when an epoch has ended; its `detail` says whether it was the best. */
export const epochEnded = "cm-epoch";

/** Many requests, one call: at the next frame, or soon after where the browser gives a hidden page no frames. */

const hiddenDelay = 250;

export function coalesce(run: () => void, signal: AbortSignal): () => void {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
  };
  const finish = () => {
    cancel();
    run();
  };
  signal.addEventListener("abort", cancel, { once: true });

  return () => {
    if (timer !== undefined || signal.aborted) return;
    timer = setTimeout(finish, hiddenDelay);
    frame = requestAnimationFrame(finish);
  };
}

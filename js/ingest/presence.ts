/** Tells the kernel that a page shows the panel, for a cell that waits must not wait for a page that has gone. */
import { ask } from "../shared/messages";
import type { Messenger } from "../shared/model";

/** How often the kernel is told, until it answers, and the milliseconds between. */
const hellos = 12;
const pause = 1000;
/** Milliseconds between two signs of life while the cell waits. */
const heartbeat = 5000;

export function stayPresent(model: Messenger, isWaiting: () => boolean, signal: AbortSignal): void {
  let isSaying = false;
  const live = () => isWaiting() && void sayHello();
  const heart = setInterval(live, heartbeat);
  signal.addEventListener("abort", () => clearInterval(heart));
  document.addEventListener("visibilitychange", live, { signal });
  // A kernel in a running cell cannot show the panel on the next page: the cell must not wait for that.
  window.addEventListener("pagehide", () => void ask(model, "bye", {}, { signal }).catch(() => undefined), {
    signal,
  });
  void sayHello();

  /**
   * Again and again: JupyterLab sends to the busy main shell what comes before its subshell is made. A kernel that
   * hears nothing while a cell runs answers late, or never, which is no fault.
   */
  async function sayHello(): Promise<void> {
    if (isSaying) return;
    isSaying = true;
    for (let said = 0; said < hellos && !signal.aborted; said += 1) {
      const answer = ask(model, "hello", { seen: !document.hidden }, { signal, timeout: pause });
      if (await answer.catch(() => undefined)) break;
    }
    isSaying = false;
  }
}

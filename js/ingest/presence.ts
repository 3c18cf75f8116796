/** Tells the kernel that a page shows the panel, for a cell that waits must not wait for a page that has gone. */
import { ask } from "../shared/messages";
import type { Messenger } from "../shared/model";

/** How often the kernel is told, until it answers, and the milliseconds between. */
const hellos = 12;
const pause = 1000;
/** Milliseconds between two signs of life while the cell waits. */
const heartbeat = 5000;

/** Gives the end of the first try to be heard: what is sent earlier may lie with the main shell until the cell has ended. */
export function stayPresent(model: Messenger, isWaiting: () => boolean, signal: AbortSignal): Promise<void> {
  let isSaying = false;
  let isGone = false;
  const live = () => isWaiting() && !isGone && void sayHello();
  const heart = setInterval(live, heartbeat);
  signal.addEventListener("abort", () => clearInterval(heart));
  document.addEventListener("visibilitychange", live, { signal });
  // A kernel in a running cell cannot show the panel on the next page: the cell must not wait for that.
  // A page that goes is hidden, too, and would take its word back by telling so.
  window.addEventListener("pagehide", leave, { signal });
  window.addEventListener("pageshow", comeBack, { signal });
  return sayHello();

  function leave(): void {
    isGone = true;
    void ask(model, "bye", {}, { signal }).catch(() => undefined);
  }

  function comeBack(): void {
    isGone = false;
    live();
  }

  /**
   * Again and again: JupyterLab sends to the busy main shell what comes before its subshell is made. A kernel that
   * hears nothing while a cell runs answers late, or never, which is no fault.
   */
  async function sayHello(): Promise<void> {
    if (isSaying) return;
    isSaying = true;
    for (let said = 0; said < hellos && !signal.aborted && !isGone; said += 1) {
      const answer = ask(model, "hello", { seen: !document.hidden }, { signal, timeout: pause });
      if (await answer.catch(() => undefined)) break;
    }
    isSaying = false;
  }
}

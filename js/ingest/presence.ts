/** Tells the kernel that somebody looks, and when the page goes. */
import { ask } from "../shared/messages";
import type { Messenger } from "../shared/model";

/** How often the kernel is told, until it answers, and the milliseconds between. */
const hellos = 12;
const pause = 1000;
/** Milliseconds between two signs of life while the cell waits. */
const heartbeat = 20_000;

export function stayPresent(model: Messenger, isWaiting: () => boolean, signal: AbortSignal): void {
  void sayHello();
  const heart = setInterval(() => isWaiting() && void sayHello(), heartbeat);
  signal.addEventListener("abort", () => clearInterval(heart));
  // A kernel in a running cell cannot show the panel on the next page: the cell must not wait for that.
  window.addEventListener("pagehide", () => void ask(model, "bye", {}, { signal }).catch(() => undefined), {
    signal,
  });

  /**
   * Again and again: JupyterLab sends to the busy main shell what comes before its subshell is made. A kernel that
   * hears nothing while a cell runs answers late, or never, which is no fault.
   */
  async function sayHello(): Promise<void> {
    for (let said = 0; said < hellos && !signal.aborted; said += 1) {
      const answer = ask(model, "hello", {}, { signal, timeout: pause });
      if (await answer.catch(() => undefined)) return;
    }
  }
}

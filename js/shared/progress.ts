/** How far something is: a bar that tells its share to a screen reader, too. */
import { h, set } from "./dom";

export type Progress = {
  readonly bar: HTMLElement;
  /** 0 to 1; null where nobody knows, which is drawn still and striped. */
  show(ratio: number | null): void;
};

export function progressBar(label: string): Progress {
  const bar = h("div.cm-progress", { role: "progressbar", "aria-label": label });
  return {
    bar,
    show(ratio) {
      if (ratio === null) {
        bar.removeAttribute("aria-valuenow");
      } else {
        set(bar, { style: { "--cm-value": ratio }, "aria-valuenow": Math.round(100 * ratio) });
      }
    },
  };
}

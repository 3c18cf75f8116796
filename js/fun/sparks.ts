/** Sparks over the panel of a training, gone within a second; they take no clicks and say nothing. */
import { h } from "../shared/dom";

export const stillness = "(prefers-reduced-motion: reduce)";

export function spark(panel: Element, isBest: boolean): void {
  const { left, top, width, height } = panel.getBoundingClientRect();
  if (!width || document.hidden || matchMedia(stillness).matches) return;
  const color = getComputedStyle(panel).getPropertyValue(isBest ? "--cm-series-2" : "--cm-accent");
  for (let count = isBest ? 40 : 16; count; count--) {
    const dot = h("span");
    // On the page's body, which no style sheet of ours reaches: a notebook cuts what leaves a cell.
    dot.style.cssText = `position:fixed;z-index:9;pointer-events:none;width:6px;height:6px;border-radius:3px;background:${color};left:${left + width * Math.random()}px;top:${top + Math.min(height, 150) * Math.random()}px`;
    document.body.append(dot);
    const across = 120 * Math.random() - 60;
    const up = 40 + 80 * Math.random();
    dot.animate(
      [
        {},
        { transform: `translate(${across / 2}px,${-up}px)` },
        { transform: `translate(${across}px) scale(0)` },
      ],
      { duration: 900, easing: "ease-out" },
    ).onfinish = () => dot.remove();
  }
}

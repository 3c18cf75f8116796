/** What the parts of the desk are worked with. */
import { h, type Properties } from "../shared/dom";

export function button(words: string, act: () => unknown, more: Properties = {}): HTMLButtonElement {
  return h("button", { class: "cm-button", type: "button", onClick: () => void act(), ...more }, words);
}

/** A field with its name above it; Enter in it does the one thing that it is for. */
export function field(
  name: string,
  placeholder: string,
  onEnter?: () => unknown,
): { label: HTMLElement; input: HTMLInputElement } {
  const input = h("input", {
    class: "cm-field",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder,
    onKeydown(event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      onEnter?.();
    },
  });
  return { label: h("label", {}, name, input), input };
}

/** A sentence that goes when it is empty; an alert, or else a polite one. */
export function sentence(isAlert = false): { element: HTMLElement; say(words: string): void } {
  const element = h("p", {
    class: isAlert ? "cm-error" : "cm-note",
    role: isAlert ? "alert" : "status",
    hidden: true,
  });
  return {
    element,
    say(words) {
      if (element.textContent !== words) element.textContent = words;
      element.hidden = !words;
    },
  };
}

/** What panels are worked with. */
import { h, type Properties, say, set } from "./dom";

export function button(words: string, act: () => unknown, more: Properties = {}): HTMLButtonElement {
  return h("button.cm-button", { type: "button", onClick: () => void act(), ...more }, words);
}

/** A button that stays pressed until it is pressed again; `act` takes whether it is. */
export function toggle(
  words: string,
  act: (isOn: boolean) => unknown,
  more: Properties = {},
): HTMLButtonElement {
  const press = () => {
    const isOn = element.getAttribute("aria-pressed") !== "true";
    set(element, { "aria-pressed": isOn });
    return act(isOn);
  };
  const element = button(words, press, { "aria-pressed": false, ...more });
  return element;
}

/** A list to choose one from; `act` takes the value. */
export function choice(
  name: string,
  options: readonly (readonly [value: string, words: string, disabled?: boolean])[],
  act: (value: string) => unknown,
  more: Properties = {},
): HTMLSelectElement {
  const element = h(
    "select.cm-field",
    { "aria-label": name, onChange: () => void act(element.value), ...more },
    options.map(([value, words, disabled = false]) => h("option", { value, disabled }, words)),
  );
  return element;
}

/** A field with its name above it; Enter in it does the one thing that it is for. */
export function field(
  name: string,
  placeholder: string,
  onEnter?: () => unknown,
): { label: HTMLElement; input: HTMLInputElement } {
  const input = h("input.cm-field", {
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
  return { label: h("label", name, input), input };
}

/** A sentence, or what an error says, which goes when it is empty; an alert, or else a polite one. */
export function sentence(isAlert = false): { element: HTMLElement; say(words: unknown): void } {
  const element = h("p", {
    class: isAlert ? "cm-error" : "cm-note",
    role: isAlert ? "alert" : "status",
    hidden: true,
  });
  return {
    element,
    say(words) {
      say(element, words);
      element.hidden = !element.textContent;
    },
  };
}

/** A line of code to take along: copied, or selected where the page may not use the clipboard. */
import { copy } from "../shared/clipboard";
import { button } from "../shared/controls";
import { h } from "../shared/dom";

export interface Copyable {
  element: HTMLElement;
  show(line: string): void;
}

export function copyable(): Copyable {
  const code = h("code");
  const said = h("span.cm-note", { role: "status" });
  const take = button("Copy", copyLine);
  const element = h("div.cm-row", code, take, said);

  async function copyLine(): Promise<void> {
    if (await copy(code.textContent ?? "")) {
      said.textContent = "Copied.";
      return;
    }
    window.getSelection()?.selectAllChildren(code);
    said.textContent = "Selected: copy it with Ctrl+C or ⌘C.";
  }

  return {
    element,
    show(line) {
      if (code.textContent !== line) {
        code.textContent = line;
        said.textContent = "";
      }
      element.hidden = !line;
    },
  };
}

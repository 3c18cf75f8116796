/** The choice of view: first, correct, wrong, or a class, each with its count. */
import { h } from "../shared/dom";
import { count } from "../shared/format";
import type { Counts, View } from "./items";

export interface Views {
  readonly element: HTMLElement;
  show(view: View, classNumber: number | null): void;
}

const labels = { first: "First", correct: "Correct", wrong: "Wrong" } as const;
type Whole = keyof typeof labels;

export function viewChoice(
  counts: Counts,
  names: readonly string[],
  choose: (view: View, classNumber: number | null) => void,
): Views {
  const buttons = (Object.keys(labels) as Whole[]).map((view) => {
    const known = counts[view] !== null;
    const element = h(
      "button",
      {
        class: "cm-button",
        type: "button",
        "aria-pressed": false,
        disabled: !known,
        title: known ? undefined : "Needs labels and predictions.",
        onClick: () => choose(view, null),
      },
      labels[view],
      h("span", { class: "cm-count" }, count(counts[view])),
    );
    return { view, element };
  });
  const select = h(
    "select",
    {
      class: "cm-field",
      "aria-label": "Show one class",
      disabled: counts.classes === null,
      title: counts.classes === null ? "Needs labels." : undefined,
      onChange: ({ currentTarget }) => {
        const { value } = currentTarget as HTMLSelectElement;
        if (value !== "") choose("class", Number(value));
      },
    },
    h("option", { value: "" }, "One class …"),
    (counts.classes ?? []).map((size, number) =>
      h("option", { value: number }, `${names[number] ?? number} (${count(size)})`),
    ),
  );
  return {
    element: h(
      "div",
      { class: "cm-row", role: "group", "aria-label": "View" },
      buttons.map(({ element }) => element),
      select,
    ),
    show(view, classNumber) {
      for (const each of buttons) each.element.setAttribute("aria-pressed", String(each.view === view));
      select.value = classNumber === null ? "" : String(classNumber);
      select.classList.toggle("cm-chosen", view === "class");
    },
  };
}

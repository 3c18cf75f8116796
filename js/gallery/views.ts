/** The choice of pictures: a view with its count, an order, a range of probabilities, a part of the name. */
import { button, choice, toggle } from "../shared/controls";
import { h, set } from "../shared/dom";
import { count } from "../shared/format";
import type { Counts, Query, Sort } from "./items";

export interface Views {
  readonly element: HTMLElement;
  show(query: Query): void;
}

type Choose = (change: Partial<Query>) => void;

const labels = { first: "First", correct: "Correct", wrong: "Wrong" } as const;
type Whole = keyof typeof labels | "confusion";

export function viewChoice(counts: Counts, names: readonly string[], choose: Choose): Views {
  const one = (view: Whole, label: string, size?: number | null) => {
    const known = size !== null;
    const element = button(label, () => choose({ view, number: null, cells: [] }), {
      "aria-pressed": false,
      disabled: !known,
      title: known ? undefined : "Needs labels and predictions.",
    });
    if (size !== undefined) element.append(h("span.cm-count", count(size)));
    return { view, element };
  };
  const buttons = [
    ...(Object.keys(labels) as (keyof typeof labels)[]).map((view) => one(view, labels[view], counts[view])),
    one("confusion", "Confusion matrix", counts.correct === null ? null : undefined),
  ];
  const classes = (counts.classes ?? []).map(
    (size, number) => [String(number), `${names[number] ?? number} (${count(size)})`] as const,
  );
  const select = choice(
    "Show one class",
    [["", "One class …"], ...classes],
    (value) => value && choose({ view: "class", number: Number(value), cells: [] }),
    { disabled: !counts.classes, title: counts.classes ? undefined : "Needs labels." },
  );
  return {
    element: h(
      "div.cm-row.cm-views",
      { role: "group", "aria-label": "View" },
      buttons.map(({ element }) => element),
      select,
    ),
    show({ view, number }) {
      for (const each of buttons) set(each.element, { "aria-pressed": each.view === view });
      select.value = `${number ?? ""}`;
      select.classList.toggle("cm-chosen", view === "class");
    },
  };
}

const orders: Record<Sort, string> = {
  index: "In their order",
  loss: "Worst first (loss)",
  confidence: "Surest first",
  margin: "Closest decision first",
};

export function orderChoice(canRank: boolean, choose: Choose): Views {
  /** What is typed is not yet chosen: an answer to what was chosen before leaves it alone. */
  let typing: EventTarget | null = null;
  const sort = choice(
    "Order",
    (Object.keys(orders) as Sort[]).map((value) => [value, orders[value], value !== "index" && !canRank]),
    (value) => choose({ sort: value as Sort }),
  );
  const reverse = toggle("Reverse", (isOn) => choose({ reverse: isOn }));
  const limit = (name: string) =>
    h("input.cm-field", {
      type: "number",
      min: 0,
      max: 100,
      "aria-label": name,
      onChange: () => choose({ confidence: [Number(low.value) / 100, Number(high.value || 100) / 100] }),
    });
  const low = limit("Lowest probability in percent");
  const high = limit("Highest probability in percent");
  const search = h("input.cm-field", {
    type: "search",
    placeholder: "Name …",
    "aria-label": "Part of the name",
    onChange: () => choose({ search: search.value }),
  });
  return {
    element: h(
      "div.cm-row",
      {
        role: "group",
        "aria-label": "Order and filters",
        onInput: ({ target }) => {
          typing = target;
        },
        onFocusout: () => {
          typing = null;
        },
        onKeydown: commit,
      },
      sort,
      reverse,
      canRank && h("span.cm-range", "Probability", low, "to", high, "%"),
      search,
    ),
    show(query) {
      sort.value = query.sort;
      set(reverse, { "aria-pressed": query.reverse });
      // Percent without the last digits of binary fractions.
      const limits = query.confidence.map((ratio) => Number((ratio * 100).toFixed(6)));
      const values = [...limits, query.search];
      [low, high, search].forEach((field, at) => {
        if (field !== typing) field.value = String(values[at]);
      });
    },
  };
}

/** Enter takes what was typed: in a cell's output it does not change a field by itself, as leaving the field does. */
function commit({ key, target }: KeyboardEvent): void {
  if (key !== "Enter" || !(target instanceof HTMLInputElement)) return;
  target.blur();
  target.focus();
}

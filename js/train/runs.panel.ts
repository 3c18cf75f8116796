/** All runs: a table that can be sorted, the curves of the ticked ones over each other, and in what these differ. */
import { type CardData, drawCard, drawTable, redrawCard } from "../shared/card";
import { type Chart, lineChart } from "../shared/chart";
import { h } from "../shared/dom";
import { percent } from "../shared/format";
import { ask } from "../shared/messages";
import { definePanel } from "../shared/panel";
import { differing, type Kept, metrics, ordered, words } from "./kept";
import css from "./runs.css";

type State = {
  card: CardData;
  columns: [name: string, isNumber: boolean][];
  runs: Kept[];
  is_live: boolean;
};

const period = 2000;
const colors = [
  "--cm-series-1",
  "--cm-series-2",
  "--cm-series-3",
  "--cm-series-4",
  "--cm-series-5",
  "--cm-series-6",
] as const;
const slots = [false, true].flatMap((dashed) => colors.map((color) => ({ name: "", color, dashed })));

export default definePanel<State>({
  name: "runs",
  css,
  draw({ model, root, signal, onChange }) {
    const tabs = h("div.cm-tabs", { role: "group", "aria-label": "Metric" });
    const place = h("div");
    const table = h("div");
    const differences = h("div.cm-parts");
    const hint = h("p.cm-note", { role: "status" });
    const card = drawCard(model.get("card"), tabs, place, hint, table, differences);
    root.append(card);

    const ticked = new Map<string, number>();
    const seen = new Set<string>();
    let metric = "";
    let chart: Chart | undefined;
    let order: [column: number, falls: boolean] | undefined;
    let isAsking = false;
    const clock = setInterval(() => {
      if (isAsking || !model.get("is_live")) return;
      isAsking = true;
      ask(model, "refresh", {}, { signal }).then(
        () => {
          isAsking = false;
        },
        (error: Error) => {
          hint.textContent = error.message; // and it asks no more
        },
      );
    }, period);
    signal.addEventListener("abort", () => {
      clearInterval(clock);
      chart?.destroy();
    });

    function tick(name: string): void {
      const used = new Set(ticked.values());
      const free = slots.findIndex((_, slot) => !used.has(slot));
      if (!ticked.delete(name) && free >= 0) ticked.set(name, free);
      hint.textContent =
        free < 0 && !ticked.has(name) ? `At most ${slots.length} runs are drawn at once.` : "";
    }

    function some(): Kept[] {
      return model.get("runs").filter(({ name }) => ticked.has(name));
    }

    function choose(name: string): void {
      metric = name;
      chart?.destroy();
      const isRatio = name.includes("accuracy");
      chart = lineChart(place, {
        series: slots,
        xLabel: "epoch",
        yLabel: words(name),
        ...(isRatio ? { formatY: (value: number) => percent(value, 2) } : {}),
      });
      show();
    }

    function showTabs(): void {
      const known = metrics(some());
      if (!known.includes(metric)) metric = known.find((name) => name === "val_accuracy") ?? known[0] ?? "";
      const focused = tabs.contains(document.activeElement);
      tabs.replaceChildren(
        ...known.map((name) =>
          h(
            "button",
            { type: "button", "aria-pressed": name === metric, onClick: () => choose(name) },
            words(name),
          ),
        ),
      );
      if (focused) tabs.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    }

    function showCurves(): void {
      place.hidden = !metric;
      const data = slots.map(() => ({ name: "", x: [] as number[], y: [] as (number | null)[] }));
      for (const { name, epochs, metrics } of some())
        data[ticked.get(name) ?? -1] = { name, x: epochs, y: metrics[metric] ?? [] };
      chart?.update(data);
    }

    function showTable(): void {
      const focused = document.activeElement?.getAttribute("aria-label");
      const columns = model.get("columns");
      const heads = columns.map(([name], column) => {
        const [by, falls] = order ?? [];
        const onClick = () => {
          order = [column, by === column && !falls];
          showTable();
        };
        const way = by !== column ? "" : falls ? " ↓" : " ↑";
        return h("button", { type: "button", "aria-label": `Sort by ${name}`, onClick }, name, way);
      });
      const rows = ordered(model.get("runs"), order).map(({ name, cells }) => {
        const slot = slots[ticked.get(name) ?? -1];
        const box = h("input", {
          type: "checkbox",
          checked: slot !== undefined,
          "aria-label": `Draw ${name}`,
          onChange: () => {
            tick(name);
            show();
          },
        });
        const swatch = h("span", {
          class: `cm-chart-swatch${slot?.dashed ? " cm-dashed" : ""}`,
          ...(slot && { style: { "--cm-swatch": `var(${slot.color})` } }),
        });
        return [h("label", box, swatch), ...cells];
      });
      const numeric = [false, ...columns.map(([, isNumber]) => isNumber)];
      table.replaceChildren(
        ...(rows.length
          ? drawTable({ kind: "table", columns: ["draw", ...heads], rows, numeric, caption: "" })
          : []),
      );
      if (order) {
        const head = heads[order[0]]?.closest("th");
        head?.setAttribute("aria-sort", order[1] ? "descending" : "ascending");
      }
      const again = focused && table.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`);
      if (again) again.focus();
    }

    function show(): void {
      redrawCard(card, model.get("card"));
      const found = differing(some());
      differences.replaceChildren(
        ...(found
          ? drawTable({ kind: "table", numeric: [], caption: "In what the ticked runs differ", ...found })
          : []),
      );
      showTabs();
      showTable();
      showCurves();
    }

    /** Those that have come to a curve since are drawn, too. */
    function tickNew(): void {
      for (const { name, epochs } of model.get("runs")) {
        if (epochs.length < 2 || seen.has(name)) continue;
        seen.add(name);
        if (ticked.size < colors.length) tick(name);
      }
    }

    tickNew();
    showTabs();
    choose(metric);
    onChange(["card", "runs"], () => {
      tickNew();
      show();
    });
  },
});

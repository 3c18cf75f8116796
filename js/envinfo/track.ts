/** One track of the monitor: its name, its line over the last minutes, its numbers now. */
import { h, say } from "../shared/dom";
import {
  end,
  isNearlyFull,
  type Line,
  quantity,
  type Row,
  spanOf,
  type Track,
  tick,
  top,
  value,
  words,
} from "./readings";
import { sparkline } from "./sparkline";

const descriptionPeriod = 10; // seconds: a screen reader reads it out when it is on it

export interface TrackView {
  element: HTMLElement;
  update(rows: readonly Row[], missing: Readonly<Record<string, string>>): void;
}

export function trackView(track: Track): TrackView {
  const drawn = track.lines.filter((line) => line.drawn);
  const spark = sparkline(drawn);
  const mark = h("span.cm-top", { "aria-hidden": true });
  const warning = h("span.cm-badge.cm-warn", { hidden: true }, "nearly full");
  const numbers = track.lines.map((line) => h("div", { class: line.drawn ? "cm-line" : "" }));
  const reason = h("p.cm-note", { hidden: true });
  const element = h(
    "div.cm-track",
    { dataset: { kind: track.kind } },
    h("div.cm-what", h("b", track.name), " ", warning, h("p.cm-note", track.source)),
    h("div.cm-spark", spark.element, mark),
    h("div.cm-now", numbers),
    reason,
  );
  let describedAt = Number.NEGATIVE_INFINITY;

  return {
    element,
    update(rows, missing) {
      const now = rows.at(-1);
      const highest = top(rows, track);
      const scales = drawn.map((line) => (line.unit === "ratio" ? 1 : highest));
      spark.update(rows, scales);
      say(mark, drawn[0] ? end(highest, drawn[0]) : "");
      track.lines.forEach((line, index) => {
        const number = numbers[index];
        if (number) say(number, words(value(now, line), line));
      });
      warning.hidden = !track.lines.some((line) => isNearlyFull(value(now, line), line));
      const why = reasonsOf(track.lines, missing);
      say(reason, why);
      reason.hidden = why === "";
      if (tick(now) - describedAt >= descriptionPeriod) {
        describedAt = tick(now);
        spark.describe(description(track, rows));
      }
    },
  };
}

function description({ name, lines }: Track, rows: readonly Row[]): string {
  const parts = lines.map((line) => {
    const known = rows.map((row) => value(row, line)).filter((number) => number !== null);
    const highest = line.drawn && known.length > 0 ? `, at most ${quantity(Math.max(...known), line)}` : "";
    return `${words(value(rows.at(-1), line), line)}${highest}`;
  });
  return `${name} in ${lastMinutesOf(rows)}: ${parts.join("; ")}`;
}

/** "the last minute", "the last 5 minutes" */
export function lastMinutesOf(rows: readonly Row[]): string {
  const minutes = spanOf(rows) / 60;
  return minutes === 1 ? "the last minute" : `the last ${minutes} minutes`;
}

/** Each reason once: two lines of a track often lack their numbers for the same one. */
function reasonsOf(lines: readonly Line[], missing: Readonly<Record<string, string>>): string {
  const reasons = lines.map(({ column }) => missing[column]).filter((reason) => reason !== undefined);
  return [...new Set(reasons)].map((reason) => `Not known: ${reason}.`).join(" ");
}

/** What the monitor tells, as numbers by column and as words. */
import { bytes, percent, unknown } from "../shared/format";

/** The tick in seconds, and one number for each column; columns of GPUs that came late are absent at first. */
export type Row = readonly (number | null)[];

export interface Line {
  column: number;
  unit: "cpus" | "bytes" | "rate" | "ratio";
  word: string;
  /** The top of the axis, and what the number is "of"; 0 where there is none. */
  limit: number;
  warns: boolean;
  drawn: boolean;
}

export interface Track {
  name: string;
  kind: "cpu" | "memory" | "gpu" | "disk" | "network";
  source: string;
  lines: Line[];
}

/** Seconds that are drawn: the least of these that holds all readings, so that the first minute fills its line, too. */
const spans = [60, 120, 300] as const;
const longest = 300;

const nearlyFull = 0.9;
const leastTop = 10 * 1024; // a flow below it is drawn low, as what it is

export function value(row: Row | undefined, { column }: Line): number | null {
  return row?.[column] ?? null;
}

/** "12.4 GB of 12.7 GB used", "1.33 of 2 CPUs busy" */
export function words(number: number | null, line: Line): string {
  const amount = number === null ? unknown : quantity(number, line);
  const whole = line.limit > 0 && line.unit !== "ratio" ? ` of ${end(line.limit, line)}` : "";
  return `${amount}${whole} ${line.word}`;
}

/** The same for the end of an axis: "2 CPUs" */
export function end(number: number, line: Line): string {
  const noun = line.unit === "cpus" ? (number === 1 ? " CPU" : " CPUs") : "";
  return `${quantity(number, line)}${noun}`;
}

export function isNearlyFull(number: number | null, { warns, limit }: Line): boolean {
  return warns && limit > 0 && number !== null && number >= nearlyFull * limit;
}

/** The top of a track's axis: its limit, or for a flow the highest that is drawn. */
export function top(rows: readonly Row[], { lines }: Track): number {
  const limit = Math.max(...lines.map((line) => line.limit));
  if (limit > 0) return limit;
  const drawn = lines.filter((line) => line.drawn);
  return Math.max(leastTop, ...rows.flatMap((row) => drawn.map((line) => value(row, line) ?? 0)));
}

export function quantity(number: number, { unit }: Pick<Line, "unit">): string {
  switch (unit) {
    case "cpus":
      return number < 10 && !Number.isInteger(number) ? number.toFixed(2) : number.toFixed(0);
    case "bytes":
      return bytes(number);
    case "rate":
      return `${bytes(number)}/s`;
    case "ratio":
      return percent(number, 0);
  }
}

/** The rows of the last minutes; those of `recent` come after those of `history`. */
export function lastMinutes(history: readonly Row[], recent: readonly Row[]): Row[] {
  const rows = [...history, ...recent];
  const end = tick(rows.at(-1));
  return rows.filter((row) => end - tick(row) <= longest);
}

/** Seconds from the left edge to the right one. */
export function spanOf(rows: readonly Row[]): number {
  const age = tick(rows.at(-1)) - tick(rows[0]);
  return spans.find((span) => age <= span) ?? longest;
}

export function tick(row: Row | undefined): number {
  return row?.[0] ?? 0;
}

/** What a run tells for a table of all: sorted, and compared with others. */

export type Key = string | number | null;

export interface Kept {
  name: string;
  /** In the order of the columns: as they are read, and as they are sorted. */
  cells: readonly string[];
  keys: readonly Key[];
  epochs: number[];
  metrics: Record<string, (number | null)[]>;
  config: Record<string, string>;
}

/** Sorted by a column, what is missing at the end; as they came without one. */
export function ordered(
  runs: readonly Kept[],
  order?: readonly [column: number, falls: boolean],
): readonly Kept[] {
  if (!order) return runs;
  const [column, falls] = order;
  return [...runs].sort((one, other) => {
    const [a, b] = [one.keys[column] ?? null, other.keys[column] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return (a < b ? -1 : Number(a > b)) * (falls ? -1 : 1);
  });
}

export function metrics(runs: readonly Kept[]): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
}

/** val_accuracy is the accuracy on the test images. */
export function words(metric: string): string {
  return metric.replace(/^val_/, "test ");
}

/** The fields of the configs that differ, if any does: a row for each run. */
export function differing(runs: readonly Kept[]): { columns: string[]; rows: string[][] } | undefined {
  const told = runs.filter(({ config }) => Object.keys(config).length > 0);
  const fields = [...new Set(told.flatMap(({ config }) => Object.keys(config)))].filter(
    (field) => new Set(told.map(({ config }) => config[field])).size > 1,
  );
  if (fields.length === 0) return undefined;
  return {
    columns: ["name", ...fields],
    rows: told.map(({ name, config }) => [name, ...fields.map((field) => config[field] ?? "none")]),
  };
}

/** What a training tells, as words and as lines of a chart. */
import { plural } from "../shared/format";

export interface Progress {
  phase:
    | "loading"
    | "starting"
    | "training"
    | "validating"
    | "paused"
    | "stopping"
    | "testing"
    | "done"
    | "stopped"
    | "failed";
  dataset: string;
  /** The name of a model that learns from the person's own data. */
  model: string;
  /** How much of the dataset has arrived. */
  download: string;
  epoch: number;
  epochs: number;
  step: number;
  /** Of one epoch; 0 until the first one has told how many it has. */
  steps: number;
  /** A metric that is no finite number is null. */
  logs: Record<string, number | null>;
  ratio: number;
  /** Seconds since the first step was begun, as of the last message. */
  elapsed: number | null;
  left: number | null;
  /** What became of the last wish to save. */
  saved: string;
  /** Samples a second. */
  rate: number | null;
  learning_rate: number | null;
}

/** Metrics at a time in epochs: 1.5 is the middle of the second. */
export type Point = { x: number } & Record<string, number | null>;

export interface Curves {
  points: readonly Point[];
  epochs: readonly Point[];
}

export interface Lines {
  metric: string;
  lines: readonly { x: readonly number[]; y: readonly (number | null)[] }[];
}

export function sentence({ phase, dataset, model, download, epoch, epochs, step, steps }: Progress): string {
  const at = `epoch ${epoch} of ${epochs}, step ${step}${steps ? ` of ${steps}` : ""}`;
  switch (phase) {
    case "loading":
      if (dataset) return "loading Keras";
      return download ? `downloading MNIST, ${download}` : "looking for the data";
    case "starting":
      return `preparing ${plural(epochs, "epoch")}`;
    case "training":
      return at;
    case "validating":
      return `epoch ${epoch} of ${epochs}, ${model ? "validating" : "trying the test images"}`;
    case "paused":
      return `paused after ${at}`;
    case "stopping":
      return `stopping after ${at}`;
    case "testing":
      return "trying all test images and saving";
    default:
      return phase;
  }
}

/** The lines of each metric: training as it goes, and the test images at the end of each epoch. */
export function series({ points, epochs }: Curves): Lines[] {
  const names = new Set([...points, ...epochs].flatMap((point) => Object.keys(point)));
  const metrics = [...names].filter((name) => !["x", "seconds"].includes(name) && !name.startsWith("val_"));
  const training = [...points, ...epochs].sort((a, b) => a.x - b.x);
  return metrics.map((metric) => ({
    metric,
    lines: [line(training, metric), line(epochs, `val_${metric}`)],
  }));
}

/** Without the epochs that do not tell of it: not every one need be validated. */
function line(points: readonly Point[], name: string) {
  const told = points.filter((point) => name in point);
  return { x: told.map(({ x }) => x), y: told.map((point) => point[name] ?? null) };
}

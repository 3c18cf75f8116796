/** What a training tells, as words and as lines of a chart. */
import type { SeriesData } from "../shared/chart";
import { bytes, count, decimal, percent, plural } from "../shared/format";

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
  /** Epochs that ended while it was watched, and how many of them were the best so far. */
  ended: number;
  bests: number;
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
  load: Load | null;
}

/** What the training takes of the machine; null where the machine does not tell it. */
export interface Load {
  /** CPUs kept busy, of those that it may use. */
  cpu: number;
  cpus: number;
  /** Bytes of the process itself; of all, and of what can be used. */
  memory: number;
  used: number | null;
  usable: number | null;
  gpu: number | null;
  gpu_used: number | null;
  gpu_total: number | null;
}

/** A metric by time in epochs, where 1.5 is the middle of the second: training, and what was tried at its ends. */
export interface Curve {
  metric: string;
  lines: readonly SeriesData[];
}

/** What the training takes, in parts of a sentence. */
export function loadWords({ cpu, cpus, memory, used, usable, gpu, gpu_used, gpu_total }: Load): string[] {
  return [
    `CPU ${percent(Math.min(1, cpu / cpus), 0)} of ${decimal(cpus)} ${cpus === 1 ? "core" : "cores"}`,
    `RAM ${bytes(memory)}${usable === null ? "" : `, in all ${bytes(used)} of ${bytes(usable)}`}`,
    ...(gpu === null && gpu_total === null
      ? []
      : [`GPU ${percent(gpu, 0)}, ${bytes(gpu_used)} of ${bytes(gpu_total)}`]),
  ];
}

export function isNearlyFull({ used, usable }: Load): boolean {
  return used !== null && usable !== null && used > 0.9 * usable;
}

export function sentence({ phase, dataset, model, download, epoch, epochs, step, steps }: Progress): string {
  const whole = `epoch ${count(epoch)} of ${count(epochs)}`;
  const at = `${whole}, step ${count(step)}${steps ? ` of ${count(steps)}` : ""}`;
  switch (phase) {
    case "loading":
      if (dataset) return "loading Keras";
      return download ? `downloading MNIST, ${download}` : "looking for the data";
    case "starting":
      return `preparing ${plural(epochs, "epoch")}`;
    case "training":
      return at;
    case "validating":
      return `${whole}, ${model ? "validating" : "trying the test images"}`;
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

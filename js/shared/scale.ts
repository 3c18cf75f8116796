/** The arithmetic of a line chart: ranges, round ticks, smoothing, and fewer points that draw the same picture. */

export type Values = readonly (number | null)[];
export type Range = readonly [low: number, high: number];

/** Marks a break of the line among the indices of `decimate`. */
export const gap = -1;

export function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function extent(
  lists: Iterable<Values>,
  accepts: (value: number) => boolean = () => true,
): Range | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of lists) {
    for (const value of values) {
      if (!isNumber(value) || !accepts(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** A step of 1, 2 or 5 times a power of ten that gives about `target` ticks. */
export function roundStep([low, high]: Range, target: number, least = 0): number {
  const rough = Math.max((high - low) / Math.max(1, target), least);
  if (!(rough > 0)) return least || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.9999) ?? 10;
  return factor * power;
}

export function ticks(range: Range, target: number, least = 0): number[] {
  const step = roundStep(range, target, least);
  const first = Math.ceil(range[0] / step - 1e-9);
  const last = Math.floor(range[1] / step + 1e-9);
  // Multiplying by 1/step where step < 1 keeps 0.3 from becoming 0.30000000000000004.
  const place = step < 1 ? (index: number) => index / Math.round(1 / step) : (index: number) => index * step;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => place(first + index));
}

/** Powers of ten, thinned to about `target`; with 2 and 5 between where the range spans few of them. */
export function logTicks([low, high]: Range, target: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const stride = Math.max(1, Math.ceil((last - first) / Math.max(1, target)));
  const factors = Math.log10(high / low) <= 2 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let power = first; power <= last; power += stride) {
    for (const factor of factors) {
      const value = Number(`${factor}e${power}`);
      if (value >= low * 0.999999 && value <= high * 1.000001) found.push(value);
    }
  }
  return found;
}

/** Widens a range so that lines do not touch the frame, and a constant has room around it. */
export function padded([low, high]: Range, ratio = 0.04): Range {
  const room = high > low ? (high - low) * ratio : Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}

/**
 * Exponential moving average with the bias of the start taken out, as Adam does for its moments
 * (https://arxiv.org/abs/1412.6980, section 3). Gaps stay gaps.
 */
export function smooth(values: Values, weight: number): (number | null)[] {
  let average = 0;
  let missing = 1;
  return values.map((value) => {
    if (!isNumber(value)) return null;
    average = weight * average + (1 - weight) * value;
    missing *= weight;
    return average / (1 - missing);
  });
}

/**
 * The indices to draw: of the points that share a pixel column only the first, lowest, highest and last, in order.
 * `column` places an x in whole pixels, rising with x. A `gap` stands where a value is missing.
 */
export function decimate(x: readonly number[], y: Values, column: (x: number) => number): number[] {
  const kept: number[] = [];
  let current = Number.NaN;
  let first = gap;
  let low = gap;
  let high = gap;
  let last = gap;

  const flush = () => {
    if (first === gap) return;
    const [early, late] = low < high ? [low, high] : [high, low];
    kept.push(first);
    if (early !== first) kept.push(early);
    if (late !== early && late !== first) kept.push(late);
    if (last !== late && last !== first) kept.push(last);
    first = gap;
  };

  const length = Math.min(x.length, y.length);
  for (let index = 0; index < length; index += 1) {
    const value = y[index];
    if (!isNumber(value)) {
      flush();
      if (kept.length > 0 && kept.at(-1) !== gap) kept.push(gap);
      continue;
    }
    const place = column(x[index] as number);
    if (place !== current) flush();
    current = place;
    if (first === gap) {
      first = low = high = last = index;
      continue;
    }
    last = index;
    if (value < (y[low] as number)) low = index;
    if (value > (y[high] as number)) high = index;
  }
  flush();
  if (kept.at(-1) === gap) kept.pop();
  return kept;
}

/** The last index whose x is at or before `value`, or -1; x rises. */
export function indexAtOrBefore(x: readonly number[], value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function nearestIndex(x: readonly number[], value: number): number {
  const before = indexAtOrBefore(x, value);
  const left = x[before];
  const right = x[before + 1];
  if (left === undefined || right === undefined)
    return left === undefined ? Math.min(0, x.length - 1) : before;
  return value - left <= right - value ? before : before + 1;
}

/** Numbers for people, the twin of `colab_magics/format.py`: few digits, units, and a dash for what is not known. */

type Reading = number | null | undefined;

export const unknown = "–";

/** In powers of 1024, as memory is sold and limited: 4509715661 is "4.2 GB". */
export function bytes(value: Reading): string {
  if (!isKnown(value)) return unknown;
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const last = units.length - 1;
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < last) {
    size /= 1024;
    unit += 1;
  }
  const isWhole = unit === 0 || (size >= 100 && unit < last);
  return `${size.toFixed(isWhole ? 0 : 1)} ${units[unit]}`;
}

/** 0.98314 is "98.31 %". */
export function percent(ratio: Reading, digits = 2): string {
  return isKnown(ratio) ? `${(ratio * 100).toFixed(digits)} %` : unknown;
}

/** Seconds: "0.8 s", "42 s", "3 min 05 s", "2 h 04 min". */
export function duration(seconds: Reading): string {
  if (!isKnown(seconds)) return unknown;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor(whole / 60) % 60)} min`;
}

/** 60000 is "60,000". */
export function count(value: Reading): string {
  if (!isKnown(value)) return unknown;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 image", "60,000 images". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** A measured number in significant digits: 0.03125 is "0.03125", 0.0000123 is "1.23e-5". */
export function decimal(value: Reading, digits = 4): string {
  if (!isKnown(value)) return unknown;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential(digits - 1).replace(/\.?0+e\+?/, "e");
  }
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1))))));
}

function isKnown(value: Reading): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

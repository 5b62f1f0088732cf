/** Thin, and never broken at the end of a line. */
const separator = "\u202f";
const minus = "\u2212";

type Numeric = string | number | bigint;

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, separator);

/** Every digit, however large: `18204331` → `18 204 331`. What is no whole number is returned as it came. */
export function exact(value: Numeric | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "number" ? Math.round(value).toString() : value.toString();
  if (!/^-?\d+$/.test(text)) return text;
  return text.startsWith("-") ? minus + group(text.slice(1)) : group(text);
}

/** For sorting and charts, where the last digits do not matter. */
export const approximate = (value: Numeric | undefined): number => (value === undefined ? 0 : Number(value));

/** Three significant digits below a thousand, whole numbers above: `0.42`, `41.3`, `12 431`. */
export function rate(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  if (value < 0.01) return "<0.01";
  if (value >= 1000) return exact(value);
  return value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);
}

const steps = ["", "k", "M", "G", "T"];

/** For axes only: `45.3k`. */
export function short(value: number): string {
  let rest = Math.abs(value);
  let step = 0;
  while (rest >= 1000 && step < steps.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 ? String(Number(rest.toPrecision(3))) : rest.toFixed(rest < 10 ? 1 : 0).replace(/\.0$/, "");
  return `${value < 0 ? minus : ""}${digits}${steps[step]}`;
}

const binary = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(value: number | undefined): string {
  if (value === undefined) return "–";
  let rest = value;
  let step = 0;
  while (rest >= 1024 && step < binary.length - 1) {
    rest /= 1024;
    step += 1;
  }
  return `${step === 0 ? rest : rest.toFixed(rest < 10 ? 1 : 0)}${separator}${binary[step]}`;
}

/** Rounded down: what is not done yet is never 100 %. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1000) / 10;
  return `${share > 0 && share < 1 ? tenths.toFixed(1) : tenths.toFixed(0)}${separator}%`;
}

export const plural = (count: Numeric, one: string, many = `${one}s`): string =>
  `${exact(count)}${separator}${count.toString() === "1" ? one : many}`;

/** The difference of two decimal strings, never below zero. */
export function minusFloor(a: string, b: string): bigint {
  const difference = BigInt(a) - BigInt(b);
  return difference > 0n ? difference : 0n;
}

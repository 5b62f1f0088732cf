const gap = "\u202f";

/** Two units at most: `3 s`, `4 min 12 s`, `6 h 40 min`, `12 d 3 h`. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 0) return `0${gap}s`;
  if (seconds < 1) return `${Math.round(seconds * 1000)}${gap}ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))}${gap}s`;
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor((whole % 86400) / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${gap}${unit}`)
    .join(" ");
}

/** `3 s ago`, or `in 2 min` for what is still to come. */
export function ago(at: string | number, now: number): string {
  const seconds = Math.round((now - (typeof at === "number" ? at : Date.parse(at))) / 1000);
  if (Number.isNaN(seconds)) return "–";
  if (seconds < -1) return `in ${coarse(-seconds)}`;
  return seconds < 1 ? "just now" : `${coarse(seconds)} ago`;
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds}${gap}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${gap}min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}${gap}h`;
  return `${Math.floor(seconds / 86400)}${gap}d`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `14:03:22.512`, in the viewer's time zone. */
export function clock(at: string | number, milliseconds = true): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return milliseconds ? `${time}.${String(date.getMilliseconds()).padStart(3, "0")}` : time;
}

/** The time alone when it was today, else with its date. */
export function brief(at: string | number, now: number): string {
  return moment(at).slice(0, 10) === moment(now).slice(0, 10) ? clock(at) : moment(at, true);
}

/** `2026-11-24 14:03:22`, in the viewer's time zone. */
export function moment(at: string | number, milliseconds = false): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at, milliseconds)}`;
}

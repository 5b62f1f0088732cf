import { computed, effect, signal, type Signal } from "@preact/signals";
import { hidden } from "./clock";

/** What this browser remembers. A browser that refuses storage gets the defaults each time. */
function remembered<T>(name: string, otherwise: T, valid: (value: unknown) => boolean): Signal<T> {
  const key = `keel.${name}`;
  const value = signal(otherwise);
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (valid(stored)) value.value = stored as T;
  } catch {
    /* storage is refused or holds something else: the default stands */
  }
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(value.value));
    } catch {
      /* not remembered then */
    }
  });
  return value;
}

export type Theme = "system" | "light" | "dark";
export const themes: readonly Theme[] = ["system", "light", "dark"];
export const theme = remembered<Theme>("theme", "system", (value) => themes.includes(value as Theme));

/** Seconds between updates of the screen; 0 = paused by choice. */
export const intervals = [0, 1, 2, 5, 10, 30, 60] as const;
export type Interval = (typeof intervals)[number];
const isInterval = (value: unknown): boolean => intervals.includes(value as Interval);
export const interval = remembered<Interval>("interval", 2, isInterval);
const running_interval = remembered<Interval>("running-interval", 2, (value) => isInterval(value) && value !== 0);

export const paused = computed(() => interval.value === 0 || hidden.value);

export const single_keys = remembered<boolean>("single-keys", true, (value) => typeof value === "boolean");

export function setInterval_(seconds: Interval): void {
  interval.value = seconds;
  if (seconds !== 0) running_interval.value = seconds;
}

export const togglePause = (): void => setInterval_(interval.value === 0 ? running_interval.value : 0);

export function nextTheme(): Theme {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "system";
  return theme.value;
}

const system_dark = matchMedia("(prefers-color-scheme: dark)");
const system_is_dark = signal(system_dark.matches);
system_dark.addEventListener("change", (event) => (system_is_dark.value = event.matches));

export const is_dark = computed(() => (theme.value === "system" ? system_is_dark.value : theme.value === "dark"));

export const applyTheme = (): (() => void) =>
  effect(() => {
    document.documentElement.dataset["theme"] = is_dark.value ? "dark" : "light";
  });

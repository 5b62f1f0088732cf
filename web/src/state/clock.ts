import { signal } from "@preact/signals";

/** The present, to the second, for ages on the screen. */
export const now = signal(Date.now());
export const hidden = signal(document.hidden);

export function startClock(): void {
  setInterval(() => {
    if (!hidden.value) now.value = Date.now();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    hidden.value = document.hidden;
    now.value = Date.now();
  });
}

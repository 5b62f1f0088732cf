import { signal } from "@preact/signals";

/** Read aloud by screen readers, at most once in `pause_ms`: the latest of what came in between. */
export const announcement = signal("");

const pause_ms = 3000;
let next: string | undefined;
let resting = false;

export function announce(message: string): void {
  next = message;
  if (!resting) speak();
}

function speak(): void {
  if (next === undefined) return;
  announcement.value = next;
  next = undefined;
  resting = true;
  setTimeout(() => {
    resting = false;
    speak();
  }, pause_ms);
}

import { single_keys } from "./settings";

/** What a key, or two keys one after the other (`g o`), does everywhere but in fields and dialogs. */
export interface Shortcut {
  keys: string;
  does: string;
  run: () => void;
}

const pause_between_ms = 1500;
const shortcuts: Shortcut[] = [];
let first = "";
let first_at = 0;

export const allShortcuts = (): readonly Shortcut[] => shortcuts;
export const addShortcuts = (added: Shortcut[]): void => void shortcuts.push(...added);

function takesText(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable], dialog");
}

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") return void run(event, "mod+k");
  if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target) || !single_keys.value) return;
  const sequence = event.timeStamp - first_at < pause_between_ms && first ? `${first} ${event.key}` : event.key;
  first = "";
  if (!run(event, sequence) && shortcuts.some(({ keys }) => keys.startsWith(`${event.key} `))) {
    first = event.key;
    first_at = event.timeStamp;
  }
}

function run(event: KeyboardEvent, keys: string): boolean {
  const found = shortcuts.find((shortcut) => shortcut.keys === keys);
  if (!found) return false;
  event.preventDefault();
  found.run();
  return true;
}

export const startKeys = (): void => document.addEventListener("keydown", (event) => void handle(event));

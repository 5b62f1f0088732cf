import { signal } from "@preact/signals";
import { allShortcuts } from "../state/keys";
import { single_keys } from "../state/settings";
import { Modal } from "./dialog";

export const help_open = signal(false);

const tree_keys: [string, string][] = [
  ["↑ ↓", "the row above, below"],
  ["→", "open; then the first child"],
  ["←", "close; then the parent"],
  ["Home End", "first and last row"],
  ["*", "open all siblings"],
  ["Space", "open or close"],
  ["Enter", "details"],
];

export const keysText = (keys: string): string => (keys === "mod+k" ? (/Mac/.test(navigator.platform) ? "⌘ K" : "Ctrl K") : keys);

function Keys({ of }: { of: [string, string][] }) {
  return (
    <dl class="keys">
      {of.map(([keys, does]) => (
        <div key={keys}>
          <dt>{keysText(keys).split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Shortcuts() {
  return (
    <div class="grid-2">
      <div>
        <h3>Everywhere</h3>
        <Keys of={allShortcuts().map(({ keys, does }) => [keys, does])} />
        <label class="check">
          <input type="checkbox" checked={single_keys.value} onChange={(event) => (single_keys.value = event.currentTarget.checked)} />
          Keys without Ctrl do something
        </label>
      </div>
      <div>
        <h3>In the tree</h3>
        <Keys of={tree_keys} />
      </div>
    </div>
  );
}

export function HelpDialog() {
  if (!help_open.value) return null;
  const close = (): void => void (help_open.value = false);
  return (
    <Modal title="Keys" close={close} wide>
      <Shortcuts />
      <div class="dialog-actions">
        <button type="button" onClick={close}>Close</button>
      </div>
    </Modal>
  );
}

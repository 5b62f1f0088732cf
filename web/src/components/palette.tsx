import { signal } from "@preact/signals";
import { useId, useState } from "preact/hooks";
import type { Overview, Process } from "../api/types";
import { topics } from "../state/live";
import { go, href } from "../state/router";
import { places } from "../state/screens";
import { session } from "../state/session";
import { interval, nextTheme, togglePause } from "../state/settings";
import { Modal } from "./dialog";
import { help_open } from "./help";
import { Text } from "./text";

export const palette_open = signal(false);

interface Entry {
  name: string;
  kind: string;
  run: () => void;
}

const most_shown = 12;

const goes = (name: string, kind: string, target: string): Entry => ({ name, kind, run: () => go(target) });

function commands(): Entry[] {
  return [
    { name: interval.value === 0 ? "Go on updating" : "Pause updates", kind: "do", run: togglePause },
    { name: "Change theme", kind: "do", run: () => void nextTheme() },
    { name: "Show keys", kind: "do", run: () => (help_open.value = true) },
  ];
}

function processes(): Entry[] {
  const known = (topics.value.overview as Overview | undefined)?.processes ?? [];
  const named = ({ role, node }: Process): string => `${role} ${node}`;
  return known.flatMap((process) => [
    goes(named(process), "node", href(["nodes", process.id])),
    goes(`${named(process)}: tree`, "tree", href(["tree"], { process: process.id })),
    goes(`${named(process)}: logs`, "logs", href(["logs"], { process: process.id })),
  ]);
}

/** `cart/Cart/42`, or `Cart 42` when only one context has the type. */
function aggregate(text: string): Entry[] {
  const [, type, id] = /^(?:[^/\s]+\/)?([^/\s]+)[/\s](.+)$/.exec(text.trim()) ?? [];
  if (type === undefined || id === undefined) return [];
  return (session.value?.contexts ?? [])
    .filter(({ aggregates }) => aggregates.some((known) => known.toLowerCase() === type.toLowerCase()))
    .map(({ name, aggregates }) => {
      const exact = aggregates.find((known) => known.toLowerCase() === type.toLowerCase()) ?? type;
      return goes(`${exact} ${id}`, "aggregate", href(["aggregates", name, exact, id]));
    });
}

function entries(text: string): Entry[] {
  const all = [
    ...places.map(({ name, path }) => goes(name, "screen", href([path].filter(Boolean)))),
    ...(session.value?.projections ?? []).map((name) => goes(name, "projection", href(["projections", name]))),
    ...processes(),
    ...commands(),
  ];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(({ name, kind }) => words.every((word) => `${name} ${kind}`.toLowerCase().includes(word)));
  const actors = text.trim() === "" ? [] : [goes(`Find actors named “${text.trim()}”`, "tree", href(["tree"], { q: text.trim() }))];
  return [...aggregate(text), ...found.slice(0, most_shown), ...actors];
}

function Search({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const found = entries(text);
  const at = Math.min(chosen, found.length - 1);
  const pick = (entry: Entry | undefined): void => {
    if (!entry) return;
    close();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setChosen((at + step + found.length) % found.length);
    else if (event.key === "Enter") pick(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <div class="palette">
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label="Go to, find, or do"
        placeholder="Screen, projection, node, Cart 42 …"
        value={text}
        autocomplete="off"
        spellcheck={false}
        autofocus
        onKeyDown={onKeyDown}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
      />
      <ul role="listbox" id={`${id}-list`} aria-label="What was found">
        {found.map((entry, index) => (
          <li key={`${entry.kind}/${entry.name}`} id={`${id}-${index}`} role="option" aria-selected={index === at} onClick={() => pick(entry)} onMouseMove={() => setChosen(index)}>
            <Text of={entry.name} max={90} />
            <span class="faint">{entry.kind}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Palette() {
  if (!palette_open.value) return null;
  const close = (): void => void (palette_open.value = false);
  return (
    <Modal title="Go to" close={close}>
      <Search close={close} />
    </Modal>
  );
}

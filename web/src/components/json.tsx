import { useState } from "preact/hooks";
import { exact } from "../format/numbers";
import { Copy } from "./copy";
import { LongText, Text } from "./text";

const first_shown = 100;

type Entries = [string, unknown][];

function entriesOf(value: unknown): Entries | undefined {
  if (Array.isArray(value)) return value.map((item, index): [string, unknown] => [String(index), item]);
  return value !== null && typeof value === "object" ? Object.entries(value) : undefined;
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string")
    return (
      <span class="json-string">
        <LongText of={value} max={400} />
      </span>
    );
  return <span class={value === null ? "json-null" : "json-plain"}>{String(value)}</span>;
}

const summary = (value: unknown, count: number): string =>
  Array.isArray(value) ? `${exact(count)} ${count === 1 ? "item" : "items"}` : `${exact(count)} ${count === 1 ? "field" : "fields"}`;

function Branch({ name, value, entries, depth }: { name: string; value: unknown; entries: Entries; depth: number }) {
  const [open, setOpen] = useState(depth < 3 && entries.length <= 40);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="json-key">
          <Text of={name} />
        </span>{" "}
        <span class="faint">{summary(value, entries.length)}</span>
      </summary>
      {open && <Fields entries={entries} depth={depth + 1} />}
    </details>
  );
}

function Fields({ entries, depth }: { entries: Entries; depth: number }) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, first_shown);
  return (
    <ul>
      {shown.map(([name, value]) => (
        <li key={name}>
          <Field name={name} value={value} depth={depth} />
        </li>
      ))}
      {shown.length < entries.length && (
        <li>
          <button type="button" class="link" onClick={() => setAll(true)}>
            Show all {exact(entries.length)}
          </button>
        </li>
      )}
    </ul>
  );
}

function Field({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const entries = entriesOf(value);
  if (entries && entries.length > 0 && depth < 40) return <Branch name={name} value={value} entries={entries} depth={depth} />;
  return (
    <>
      <span class="json-key">
        <Text of={name} />
      </span>{" "}
      {entries ? <span class="faint">{Array.isArray(value) ? "[]" : "{}"}</span> : <Leaf value={value} />}
    </>
  );
}

/** A value as a tree of fields that open and close. */
export function Json({ of, label }: { of: unknown; label: string }) {
  const entries = entriesOf(of);
  return (
    <div class="json" role="group" aria-label={label}>
      <div class="json-tools">
        <Copy text={JSON.stringify(of, null, 2)} what={label} />
      </div>
      {entries === undefined && <Leaf value={of} />}
      {entries?.length === 0 && <span class="faint">Empty: every field has its default.</span>}
      {entries && entries.length > 0 && <Fields entries={entries} depth={1} />}
    </div>
  );
}

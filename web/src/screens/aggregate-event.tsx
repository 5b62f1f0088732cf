import type { AggregateEvent, Change } from "../api/types";
import { Copy } from "../components/copy";
import { Json } from "../components/json";
import { Facts, Notice, Panel } from "../components/page";
import { Table, type Column } from "../components/table";
import { LongText, Moment, Num, Text } from "../components/text";
import { bytes } from "../format/numbers";
import { session } from "../state/session";

const Value = ({ of, kind }: { of: string; kind: "before" | "after" }) =>
  of === "" ? <span class="faint">nothing</span> : <code class={`wrap change-${kind}`}><LongText of={of} max={200} /></code>;

const columns: Column<Change>[] = [
  { id: "path", head: "Field", cell: (row) => <code><Text of={row.path} max={120} /></code> },
  { id: "before", head: "Before", cell: (row) => <Value of={row.before} kind="before" /> },
  { id: "after", head: "After", grows: true, cell: (row) => <Value of={row.after} kind="after" /> },
];

/** The trace of a `version-trace-span-flags`. */
const traceOf = (traceparent: string): string => traceparent.split("-")[1] ?? traceparent;

function Hidden() {
  const shown = session.value?.payloads;
  if (shown === "full") return null;
  return <p class="faint small-text">{shown === "keys" ? "Values are masked (dashboard.payloads=keys)." : "Payloads are hidden (dashboard.payloads=none)."}</p>;
}

function Today({ event }: { event: AggregateEvent }) {
  if (!event.today) return null;
  return (
    <Panel title="As it is read today">
      {event.today.map((one, index) => (
        <div key={index} class="stack">
          <strong><Text of={one.type} max={80} /></strong>
          {one.payload !== undefined && <Json of={one.payload} label={`today's form ${index + 1}`} />}
        </div>
      ))}
    </Panel>
  );
}

/** One event: what it said, what it changed, and the state after it. */
export function EventDetail({ event }: { event: AggregateEvent }) {
  return (
    <div class="stack">
      <Panel title={`Version ${event.version}`}>
        {event.problem && <Notice tone="bad"><LongText of={event.problem} /></Notice>}
        <Facts
          of={[
            ["Type", <Text of={event.type} />],
            ["Recorded", <Moment at={event.recorded_at} fine />],
            ["Position", <Num of={event.position} />],
            ["Size", bytes(event.size_bytes)],
            event.epoch !== undefined && ["Epoch", <Num of={event.epoch} />],
            !!event.traceparent && ["Trace", <span class="nowrap"><code><Text of={traceOf(event.traceparent)} max={16} /></code> <Copy text={event.traceparent} what="trace parent" /></span>],
          ]}
        />
        {event.payload === undefined ? <Hidden /> : <Json of={event.payload} label="payload" />}
        {event.payload !== undefined && <Hidden />}
      </Panel>
      <Today event={event} />
      {event.changes && (
        <Panel title="What it changed" flush>
          <Table caption="What it changed" columns={columns} rows={event.changes} keyOf={(row) => row.path} empty="Nothing in the state." />
        </Panel>
      )}
      {event.state !== undefined && (
        <Panel title={`State at version ${event.version}`}>
          <Json of={event.state} label={`state at version ${event.version}`} />
        </Panel>
      )}
    </div>
  );
}

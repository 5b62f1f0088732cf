import type { Operation } from "../api/types";
import { exact, rate } from "../format/numbers";
import { duration } from "../format/time";
import { words } from "../format/text";
import { href } from "../state/router";
import { Progress } from "./progress";
import { State } from "./state";
import { Table, type Column } from "./table";
import { Ago, Text } from "./text";

export const stateOf = (operation: Operation): string =>
  operation.state === "running" && !operation.alive ? "interrupted" : operation.state;

const columns: Column<Operation>[] = [
  {
    id: "what",
    head: "Operation",
    grows: true,
    cell: (row) => (
      <a class="strong" href={href(["operations", row.id])}>
        {words(row.kind)} <Text of={row.projection} max={60} />
      </a>
    ),
  },
  { id: "state", head: "State", cell: (row) => <State of={stateOf(row)} detail={row.cancel_asked && !row.ended_at ? "cancel asked" : undefined} /> },
  { id: "phase", head: "Phase", wide: true, cell: (row) => <span class="faint"><Text of={words(row.phase)} max={60} /></span> },
  { id: "progress", head: "Progress", cell: (row) => <Progress share={row.progress} label={`${row.kind} of ${row.projection}`} /> },
  { id: "events", head: "Events", number: true, wide: true, cell: (row) => <span class="num nowrap">{exact(row.events)} <span class="faint">/ {exact(row.total)}</span></span> },
  { id: "rate", head: "Events/s", number: true, wide: true, cell: (row) => <span class="num">{rate(row.rate_per_second)}</span> },
  { id: "eta", head: "ETA", number: true, cell: (row) => <span class="num nowrap">{row.ended_at ? "" : duration(row.eta_seconds)}</span> },
  { id: "started", head: "Started", number: true, sort: (row) => row.started_at, cell: (row) => <Ago at={row.started_at} /> },
  { id: "worker", head: "By", wide: true, cell: (row) => <Text of={row.worker} max={40} /> },
];

export function OperationTable({ rows, empty }: { rows: Operation[]; empty: string }) {
  return <Table caption="Operations" columns={columns} rows={rows} keyOf={(row) => row.id} empty={empty} />;
}

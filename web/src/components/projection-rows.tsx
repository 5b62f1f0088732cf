import type { Projection } from "../api/types";
import { approximate, exact, rate } from "../format/numbers";
import { duration } from "../format/time";
import { href } from "../state/router";
import { Sparkline, type Points } from "./sparkline";
import { State } from "./state";
import { Table, type Column } from "./table";
import { Num, Text } from "./text";

const columns = (lagOf: (name: string) => Points): Column<Projection>[] => [
  {
    id: "name",
    head: "Projection",
    grows: true,
    sort: (row) => row.name,
    cell: (row) => (
      <a class="strong" href={href(["projections", row.name])}>
        <Text of={row.name} max={60} />
      </a>
    ),
  },
  { id: "state", head: "State", sort: (row) => row.state, cell: (row) => <State of={row.state} /> },
  { id: "generation", head: "Gen.", number: true, wide: true, cell: (row) => <span class="num">{row.live_generation}<span class="faint"> v{row.version}</span></span> },
  { id: "position", head: "Position", number: true, wide: true, sort: (row) => approximate(row.position), cell: (row) => <Num of={row.position} /> },
  { id: "lag", head: "Lag", number: true, sort: (row) => approximate(row.lag_events), cell: (row) => <Num of={row.lag_events} /> },
  { id: "lag_time", head: "Lag time", number: true, sort: (row) => row.lag_seconds ?? 0, cell: (row) => <span class="num nowrap">{duration(row.lag_seconds)}</span> },
  { id: "trend", head: "Lag, 15 min", wide: true, cell: (row) => <Sparkline points={lagOf(row.name)} label={`Lag of ${row.name}, now ${exact(row.lag_events)} events`} /> },
  { id: "rate", head: "Events/s", number: true, sort: (row) => row.rate_per_second ?? 0, cell: (row) => <span class="num">{rate(row.rate_per_second)}</span> },
  { id: "eta", head: "ETA", number: true, wide: true, cell: (row) => <span class="num nowrap">{duration(row.eta_seconds)}</span> },
  {
    id: "parked",
    head: "Parked",
    number: true,
    sort: (row) => row.parked_aggregates,
    cell: (row) => (row.parked_aggregates === 0 ? <span class="faint">0</span> : <a href={href(["parked"], { projection: row.name })} class="num">{exact(row.parked_aggregates)}</a>),
  },
];

export function ProjectionTable({ rows, lagOf }: { rows: Projection[]; lagOf: (name: string) => Points }) {
  return <Table caption="Projections" columns={columns(lagOf)} rows={rows} keyOf={(row) => row.name} empty="No projection is known yet: the projector makes them when it starts." />;
}

import { api } from "../api/routes";
import type { Parked as Row } from "../api/types";
import { Actions } from "../components/actions";
import { ask } from "../components/dialog";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { Table, type Column } from "../components/table";
import { Ago, LongText, Num, Text } from "../components/text";
import { useResource } from "../state/resource";
import { href, route, setQuery } from "../state/router";
import { session } from "../state/session";
import { Lane } from "./projection-actions";

const targetOf = ({ projection, aggregate_type, aggregate_id }: Row) => ({ projection, aggregate_type, aggregate_id });

const askRetry = (row: Row): void =>
  ask({
    title: "Try the aggregate's events again?",
    what: <p>The projector applies what it has parked of <Text of={row.aggregate_id} max={80} />, from where it failed. If it fails again it stays parked.</p>,
    verb: "Try again",
    run: async (reason) => {
      await api.retryParked(targetOf(row), reason);
      return "It will be tried again";
    },
  });

const askDiscard = (row: Row): void =>
  ask({
    title: "Discard the aggregate's parked events?",
    what: <p>This generation of <strong>{row.projection}</strong> will never apply them: its rows stay wrong until it is rebuilt. The events themselves stay in the journal.</p>,
    verb: "Discard",
    danger: true,
    confirm: row.aggregate_id,
    run: async (reason, confirm) => {
      await api.discardParked(targetOf(row), reason, confirm);
      return "Discarded";
    },
  });

const columns: Column<Row>[] = [
  {
    id: "aggregate",
    head: "Aggregate",
    cell: (row) => (
      <a class="strong" href={href(["aggregates", row.context, row.aggregate_type, row.aggregate_id])}>
        <Text of={`${row.aggregate_type} ${row.aggregate_id}`} max={60} />
      </a>
    ),
  },
  { id: "projection", head: "Projection", sort: (row) => row.projection, cell: (row) => <a href={href(["projections", row.projection])}><Text of={row.projection} max={40} /></a> },
  { id: "lane", head: "Lane", wide: true, cell: (row) => <Lane context={row.context} lane={row.lane} /> },
  { id: "position", head: "Position", number: true, wide: true, cell: (row) => <Num of={row.position} /> },
  { id: "events", head: "Events", number: true, sort: (row) => row.events, cell: (row) => <Num of={row.events} /> },
  { id: "reason", head: "Why", grows: true, cell: (row) => <LongText of={row.reason} max={140} /> },
  { id: "parked", head: "Parked", number: true, sort: (row) => row.parked_at, cell: (row) => <Ago at={row.parked_at} /> },
  {
    id: "actions",
    head: "Actions",
    cell: (row) =>
      row.discarded_at ? (
        <span class="faint">discarded <Ago at={row.discarded_at} /></span>
      ) : (
        <Actions
          label={`What can be done to ${row.aggregate_id.slice(0, 80)}`}
          of={[
            { label: "Retry…", needs: "operator", run: () => askRetry(row) },
            { label: "Discard…", needs: "admin", danger: true, run: () => askDiscard(row) },
          ]}
        />
      ),
  },
];

function Filter({ chosen }: { chosen: string }) {
  return (
    <label class="inline-field">
      Projection
      <select value={chosen} onChange={(event) => setQuery({ projection: event.currentTarget.value })}>
        <option value="">all</option>
        {session.value?.projections.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Parked() {
  const projection = route.value.query.get("projection") ?? "";
  const parked = useResource(`parked:${projection}`, (aborted) => api.parked({ projection, limit: 500 }, aborted), { live: true });
  return (
    <Page title="Parked aggregates" tools={<Filter chosen={projection} />}>
      <p class="lead">An aggregate whose event a projection could not apply waits here; all others go on.</p>
      <Loaded from={parked}>
        {(data) => (
          <>
            <Partial of={data.partial} />
            <Panel title="Parked" flush>
              <Table caption="Parked aggregates" columns={columns} rows={data.parked} keyOf={(row) => `${row.projection}/${row.generation}/${row.aggregate_type}/${row.aggregate_id}`} empty="Nothing is parked." />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

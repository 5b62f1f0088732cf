import { Actions } from "../components/actions";
import { Chart } from "../components/chart";
import { Deeds } from "../components/deeds";
import { Facts, Loaded, Notice, Page, Panel } from "../components/page";
import { Progress } from "../components/progress";
import { State } from "../components/state";
import { Table, type Column } from "../components/table";
import { Ago, LongText, Moment, Num } from "../components/text";
import { api } from "../api/routes";
import type { Generation, Lane as LaneFacts, Projection } from "../api/types";
import { approximate, exact, rate } from "../format/numbers";
import { duration } from "../format/time";
import { useResource } from "../state/resource";
import { href } from "../state/router";
import { useSeries } from "../state/series";
import { generationActions, Lane, projectionActions } from "./projection-actions";

const done = (position: string, head: string): number => (approximate(head) <= 0 ? 1 : approximate(position) / approximate(head));

const lane_columns: Column<LaneFacts>[] = [
  { id: "lane", head: "Lane", grows: true, sort: (row) => `${row.context}/${row.lane}`, cell: (row) => <Lane context={row.context} lane={row.lane} /> },
  { id: "position", head: "Position", number: true, sort: (row) => approximate(row.position), cell: (row) => <Num of={row.position} /> },
  { id: "head", head: "Head", number: true, sort: (row) => approximate(row.head), cell: (row) => <Num of={row.head} /> },
  { id: "lag", head: "Lag", number: true, sort: (row) => approximate(row.lag), cell: (row) => <Num of={row.lag} /> },
  { id: "share", head: "Applied", wide: true, cell: (row) => <Progress share={done(row.position, row.head)} label={`Applied of lane ${row.lane}`} /> },
  { id: "parked", head: "Parked", number: true, sort: (row) => row.parked, cell: (row) => <Num of={row.parked} /> },
];

function Summary({ projection }: { projection: Projection }) {
  return (
    <Panel title="Now">
      <Facts
        of={[
          ["Lag", <span><span class="num strong">{exact(projection.lag_events)}</span> events · {duration(projection.lag_seconds)}</span>],
          ["Rate", <span class="num">{rate(projection.rate_per_second)} /s</span>],
          ["Caught up in", duration(projection.eta_seconds)],
          ["Position", <span><Num of={projection.position} /> <span class="faint">of <Num of={projection.head} /></span></span>],
          ["Live generation", <span class="num">{projection.live_generation} <span class="faint">version {projection.version}</span></span>],
          ["Parked aggregates", projection.parked_aggregates === 0 ? "none" : <a href={href(["parked"], { projection: projection.name })}>{exact(projection.parked_aggregates)}</a>],
          !!projection.updated_at && ["Updated", <Ago at={projection.updated_at} />],
        ]}
      />
      {projection.last_error && (
        <Notice tone="wait">
          <strong>Last error:</strong> <LongText of={projection.last_error} />
        </Notice>
      )}
      <Actions of={projectionActions(projection)} label="What can be done to the projection" />
    </Panel>
  );
}

function Charts({ name }: { name: string }) {
  const seriesOf = useSeries([`lag:${name}`, `rate:${name}`]);
  return (
    <div class="grid-2">
      <Chart title="Lag, in events" lines={[{ label: "lag", points: seriesOf(`lag:${name}`) }]} />
      <Chart title="Events applied per second" lines={[{ label: "rate", points: seriesOf(`rate:${name}`) }]} />
    </div>
  );
}

/** A filled one that is not live waits to be promoted. */
function roleOf({ live, previous, state }: Generation): string {
  if (live) return "live";
  if (previous) return "previous";
  return state === "fed" ? "candidate" : state;
}

function Generations({ projection }: { projection: Projection }) {
  return (
    <Panel title="Generations" flush>
      <ul class="rows generations">
        {projection.generations.map((generation) => (
          <li key={generation.generation}>
            <span class="strong num">{generation.generation}</span>
            <State of={roleOf(generation)} />
            <div class="rows-main faint">
              version {generation.version} · made <Moment at={generation.made_at} /> ·{" "}
              {generation.verified_at ? <>verified <Ago at={generation.verified_at} /></> : "not verified"}
            </div>
            <Actions of={generationActions(projection, generation)} label={`What can be done to generation ${generation.generation}`} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Audit({ name }: { name: string }) {
  const audit = useResource(`audit:${name}`, (aborted) => api.projectionAudit(name, aborted));
  return (
    <Panel title="What was done to it" flush>
      <Loaded from={audit}>{(data) => <Deeds rows={data.deeds} caption={`Audit of ${name}`} />}</Loaded>
    </Panel>
  );
}

export function ProjectionDetail({ name }: { name: string }) {
  const projection = useResource(`projection:${name}`, (aborted) => api.projection(name, aborted), { live: true });
  return (
    <Page title={name} crumbs={[{ label: "Projections", href: href(["projections"]) }]} aside={projection.data && <State of={projection.data.state} />}>
      <Loaded from={projection}>
        {(data) => (
          <>
            <Summary projection={data} />
            <Charts name={name} />
            <Panel title="Lanes" flush>
              <Table caption="Lanes" columns={lane_columns} rows={data.lanes ?? []} keyOf={(row) => `${row.context}/${row.lane}`} empty="No lane has events yet." />
            </Panel>
            <Generations projection={data} />
            <Audit name={name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

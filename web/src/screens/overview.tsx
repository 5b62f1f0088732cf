import { Chart } from "../components/chart";
import { HistoryList, actorHref } from "../components/history";
import { OperationTable } from "../components/operation-rows";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { ProjectionTable } from "../components/projection-rows";
import { Sparkline, type Points } from "../components/sparkline";
import { isTroubled, Shape, State } from "../components/state";
import { Ago, Text } from "../components/text";
import { api } from "../api/routes";
import type { Overview as Facts, Process, TreeNode } from "../api/types";
import { approximate, exact, plural, rate } from "../format/numbers";
import { clip } from "../format/text";
import { duration } from "../format/time";
import { useTopic } from "../state/resource";
import { href } from "../state/router";
import { useSeries } from "../state/series";

interface TileOptions {
  name: string;
  value: string;
  unit?: string;
  note?: string;
  points?: Points;
  state?: string;
}

function Tile({ name, value, unit, note, points, state }: TileOptions) {
  return (
    <div class={`tile ${state ? "tile-marked" : ""}`}>
      <div class="tile-name">
        {state && <Shape of={state} />} {name}
      </div>
      <div class="tile-value">
        <span class="num">{value}</span>
        {unit && <span class="tile-unit"> {unit}</span>}
      </div>
      {note && <div class="tile-note">{note}</div>}
      {points && <Sparkline points={points} label={`${name}, last 15 minutes`} />}
    </div>
  );
}

function mostBehind(facts: Facts) {
  return [...facts.projections].sort((a, b) => approximate(b.lag_events) - approximate(a.lag_events))[0];
}

function liveAggregates(processes: Process[]): bigint {
  return processes.filter((process) => process.presence === "up").reduce((sum, process) => sum + BigInt(process.live_aggregates ?? "0"), 0n);
}

function Tiles({ facts, seriesOf }: { facts: Facts; seriesOf: (name: string) => Points }) {
  const { rates, processes } = facts;
  const asked = rates.commands_per_second ?? 0;
  const refused = rates.refused_per_second ?? 0;
  const behind = mostBehind(facts);
  const up = processes.filter((process) => process.presence === "up").length;
  const known = processes.filter((process) => process.presence !== "stopped").length;
  return (
    <div class="tiles">
      <Tile name="Commands" value={rate(rates.commands_per_second)} unit="/s" points={seriesOf("commands_per_second")} />
      <Tile name="Refused" value={asked > 0 ? (100 * refused / asked).toFixed(1) : "0"} unit="%" note={`${rate(rates.refused_per_second)} per second`} />
      <Tile name="Command p99" value={rates.p99_ms === undefined ? "–" : rate(rates.p99_ms)} unit="ms" />
      <Tile name="Events" value={rate(rates.events_per_second)} unit="/s" points={seriesOf("events_per_second")} />
      <Tile name="Live aggregates" value={exact(liveAggregates(processes))} />
      <Tile name="Most lag" value={behind ? exact(behind.lag_events) : "–"} unit="events" {...(behind ? { note: `${behind.name} · ${duration(behind.lag_seconds)}` } : {})} />
      <Tile name="Processes up" value={`${up}`} unit={`of ${known}`} {...(up < known ? { state: "stale" } : {})} />
    </div>
  );
}

function Banner({ facts }: { facts: Facts }) {
  const troubles = [
    ...facts.processes.filter((process) => process.presence === "dead" || process.presence === "stale").map((process) => `${process.role} ${process.presence}`),
    ...facts.processes.filter((process) => process.presence === "up" && process.ready === false).map((process) => `${process.role} not ready`),
    ...facts.projections.filter((projection) => isTroubled(projection.state)).map((projection) => `${projection.name} ${projection.state}`),
    ...(facts.unhealthy.length > 0 ? [plural(facts.unhealthy.length, "actor in trouble", "actors in trouble")] : []),
  ];
  if (!facts.processes.some(({ presence }) => presence === "up")) troubles.unshift("no process is up");
  const well = troubles.length === 0;
  return (
    <div class={`banner ${well ? "banner-well" : "banner-trouble"}`} role="status">
      <Shape of={well ? "running" : "stalled"} />
      <strong>{well ? "Everything runs" : plural(troubles.length, "thing needs a look", "things need a look")}</strong>
      <span class="banner-list">{well ? "" : <Text of={troubles.slice(0, 6).join(" · ")} max={300} />}</span>
    </div>
  );
}

function Unhealthy({ nodes }: { nodes: TreeNode[] }) {
  if (nodes.length === 0) return <div class="empty">No actor is in trouble.</div>;
  return (
    <ul class="rows">
      {nodes.map((node) => (
        <li key={`${node.process}/${node.id}`}>
          <State of={node.state} />
          <div class="rows-main">
            <a href={actorHref(node.process, node.id, node.path)}>
              <Text of={node.path || node.name} max={90} />
            </a>
            {node.last_cause && (
              <p class="cause">
                <Text of={node.last_cause} max={200} />
              </p>
            )}
          </div>
          <Ago at={node.since} />
        </li>
      ))}
    </ul>
  );
}

function Processes({ processes }: { processes: Process[] }) {
  return (
    <ul class="rows">
      {processes.map((process) => (
        <li key={process.id}>
          <State of={process.presence === "up" && process.ready === false ? "not_ready" : process.presence} />
          <div class="rows-main">
            <a class="strong" href={href(["nodes", process.id])}>
              <Text of={process.role} max={40} />
            </a>{" "}
            <span class="faint">
              <Text of={process.node} max={60} />
            </span>
          </div>
          <span class="num faint">{process.cpu_percent === undefined ? "" : `${rate(process.cpu_percent)} %`}</span>
        </li>
      ))}
    </ul>
  );
}

function Charts({ facts, seriesOf }: { facts: Facts; seriesOf: (name: string) => Points }) {
  const lags = facts.projections.slice(0, 4);
  return (
    <div class="grid-2">
      <Chart
        title="Commands and events per second"
        lines={[
          { label: "commands", points: seriesOf("commands_per_second") },
          { label: "events", points: seriesOf("events_per_second") },
        ]}
      />
      <Chart title="Lag by projection, in events" lines={lags.map(({ name }) => ({ label: clip(name, 60), points: seriesOf(`lag:${name}`) }))} />
    </div>
  );
}

function Content({ facts }: { facts: Facts }) {
  const seriesOf = useSeries(["commands_per_second", "events_per_second", ...facts.projections.map(({ name }) => `lag:${name}`)]);
  return (
    <>
      <Banner facts={facts} />
      <Partial of={facts.partial} />
      <Tiles facts={facts} seriesOf={seriesOf} />
      <Charts facts={facts} seriesOf={seriesOf} />
      <Panel title="Projections" flush aside={<a href={href(["projections"])}>All projections</a>}>
        <ProjectionTable rows={facts.projections} lagOf={(name) => seriesOf(`lag:${name}`)} />
      </Panel>
      <div class="grid-2">
        <Panel title="Actors in trouble" flush aside={<a href={href(["tree"], { unhealthy: "yes" })}>In the tree</a>}>
          <Unhealthy nodes={facts.unhealthy} />
        </Panel>
        <Panel title="Processes" flush aside={<a href={href(["nodes"])}>All nodes</a>}>
          <Processes processes={facts.processes} />
        </Panel>
      </div>
      <Panel title="Operations" flush aside={<a href={href(["operations"])}>All operations</a>}>
        <OperationTable rows={facts.operations} empty="No rebuild or check has run yet." />
      </Panel>
      <Panel title="Recently" flush>
        <HistoryList events={facts.recent.slice(0, 12)} empty="Nothing has happened to any actor yet." />
      </Panel>
    </>
  );
}

export function Overview() {
  const overview = useTopic("overview", api.overview);
  return (
    <Page title="Overview">
      <Loaded from={overview}>{(facts) => <Content facts={facts} />}</Loaded>
    </Page>
  );
}

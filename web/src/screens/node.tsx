import { useState } from "preact/hooks";
import { api } from "../api/routes";
import type { Process } from "../api/types";
import { Actions, type Action } from "../components/actions";
import { Chart } from "../components/chart";
import { Copy } from "../components/copy";
import { ask } from "../components/dialog";
import { HistoryList } from "../components/history";
import { Facts, Loaded, Notice, Page, Panel } from "../components/page";
import { State } from "../components/state";
import { Ago, LongText, Moment, Num, Text } from "../components/text";
import { bytes, rate } from "../format/numbers";
import { useResource } from "../state/resource";
import { href } from "../state/router";
import { useSeries } from "../state/series";
import { conditionOf } from "./nodes";

const levels = ["debug", "info", "warn", "error", "off"];

function Level({ now, set }: { now: string; set: (level: string) => void }) {
  const [level, setLevel] = useState(now);
  return (
    <label class="inline-field">
      From now on
      <select
        value={level}
        onChange={(event) => {
          setLevel(event.currentTarget.value);
          set(event.currentTarget.value);
        }}
      >
        {levels.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function askLevel(process: Process): void {
  let level = process.log_level ?? "info";
  ask({
    title: `What does ${process.role} log?`,
    what: <p>Until it ends; its configuration is not changed.</p>,
    verb: "Set level",
    fields: <Level now={level} set={(chosen) => (level = chosen)} />,
    run: async (reason) => {
      await api.logLevel(process.id, level, reason);
      return `${process.role} logs ${level}`;
    },
  });
}

const askDrain = (process: Process): void =>
  ask({
    title: `Drain ${process.role}?`,
    what: <p>It takes no new work, ends what is in flight, and exits. Whoever supervises it may start another.</p>,
    verb: "Drain",
    danger: true,
    confirm: process.node,
    run: async (reason, confirm) => {
      await api.drain(process.id, reason, confirm);
      return `${process.role} drains`;
    },
  });

function actionsOf(process: Process): Action[] {
  const away = process.presence !== "up" && "It cannot be reached.";
  const off = process.actions_enabled === false && "This process allows no actions (ops.actions).";
  return [
    { label: "Log level…", needs: "operator", unless: away || off, run: () => askLevel(process) },
    { label: "Drain…", needs: "admin", danger: true, unless: away || off, run: () => askDrain(process) },
  ];
}

const yes = (value: boolean | undefined): string => (value === undefined ? "–" : value ? "yes" : "no");

function NotReady({ process }: { process: Process }) {
  if (!process.unmet_conditions?.length) return null;
  return (
    <Notice tone="wait">
      <strong>Not ready:</strong>
      <ul class="plain">
        {process.unmet_conditions.map(({ name, reason }) => (
          <li key={name}><strong><Text of={name} max={60} /></strong> <LongText of={reason} /></li>
        ))}
      </ul>
    </Notice>
  );
}

function Detail({ process }: { process: Process }) {
  const seriesOf = useSeries([`cpu:${process.id}`]);
  const history = useResource(`history:${process.id}`, (aborted) => api.history({ process: process.id, limit: 30 }, aborted), { live: true });
  return (
    <>
      <Panel title="Process" aside={<><a href={href(["tree"], { process: process.id })}>Tree</a><a href={href(["logs"], { process: process.id })}>Logs</a><a href={href(["configuration"], { process: process.id })}>Configuration</a></>}>
        <NotReady process={process} />
        <Facts
          of={[
            ["Role", <Text of={process.role} />],
            ["Node", <Text of={process.node} />],
            ["Version", <Text of={process.version} />],
            ["CPU", <span class="num">{process.cpu_percent === undefined ? "–" : `${rate(process.cpu_percent)} %`}</span>],
            ["Memory", <span class="num">{bytes(process.resident_bytes)}</span>],
            ["Threads", <Num of={process.threads} />],
            ["Live aggregates", <Num of={process.live_aggregates} />],
            ["Log level", process.log_level ?? "–"],
            ["Heartbeat", <Ago at={process.beat_at} />],
            ["Started", <Moment at={process.started_at} />],
            !!process.stopped_at && ["Stopped", <Moment at={process.stopped_at} />],
            ["gRPC", <code><Text of={process.grpc_address || "–"} /></code>],
            ["Status", <code><Text of={process.status_address || "–"} /></code>],
            ["Actions allowed", yes(process.actions_enabled)],
            ["Faults allowed", yes(process.faults_enabled)],
            ["Id", <span class="nowrap"><code>{process.id}</code> <Copy text={process.id} what="process id" /></span>],
          ]}
        />
        <Actions of={actionsOf(process)} label="What can be done to the process" />
      </Panel>
      <Chart title="CPU, in percent of one core" lines={[{ label: "CPU", points: seriesOf(`cpu:${process.id}`) }]} />
      <Panel title="What happened in it" flush>
        <Loaded from={history}>{(data) => <HistoryList events={data.events} empty="Nothing is stored of it." />}</Loaded>
      </Panel>
    </>
  );
}

export function NodeDetail({ id }: { id: string }) {
  const process = useResource(`process:${id}`, (aborted) => api.process(id, aborted), { live: true });
  return (
    <Page title={process.data?.role ?? "Node"} crumbs={[{ label: "Nodes", href: href(["nodes"]) }]} aside={process.data && <><State of={conditionOf(process.data)} /> <span class="faint"><Text of={process.data.node} /></span></>}>
      <Loaded from={process}>{(data) => <Detail process={data} />}</Loaded>
    </Page>
  );
}

import { api } from "../api/routes";
import type { Process } from "../api/types";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { State } from "../components/state";
import { Table, type Column } from "../components/table";
import { Ago, Num, Text } from "../components/text";
import { bytes, rate } from "../format/numbers";
import { useTopic } from "../state/resource";
import { href } from "../state/router";

export const conditionOf = (process: Process): string =>
  process.presence === "up" && process.ready === false ? "not_ready" : process.presence;

const columns: Column<Process>[] = [
  { id: "role", head: "Role", sort: (row) => row.role, cell: (row) => <a class="strong" href={href(["nodes", row.id])}><Text of={row.role} max={40} /></a> },
  { id: "state", head: "State", sort: conditionOf, cell: (row) => <State of={conditionOf(row)} /> },
  { id: "node", head: "Node", grows: true, sort: (row) => row.node, cell: (row) => <Text of={row.node} max={70} /> },
  { id: "version", head: "Version", wide: true, cell: (row) => <Text of={row.version} max={30} /> },
  { id: "cpu", head: "CPU", number: true, sort: (row) => row.cpu_percent ?? -1, cell: (row) => <span class="num">{row.cpu_percent === undefined ? "–" : `${rate(row.cpu_percent)} %`}</span> },
  { id: "memory", head: "Memory", number: true, sort: (row) => row.resident_bytes ?? -1, cell: (row) => <span class="num nowrap">{bytes(row.resident_bytes)}</span> },
  { id: "threads", head: "Threads", number: true, wide: true, cell: (row) => <Num of={row.threads} /> },
  { id: "aggregates", head: "Aggregates", number: true, wide: true, cell: (row) => <Num of={row.live_aggregates} /> },
  { id: "beat", head: "Heartbeat", number: true, cell: (row) => <Ago at={row.beat_at} /> },
  { id: "started", head: "Started", number: true, wide: true, sort: (row) => row.started_at, cell: (row) => <Ago at={row.started_at} /> },
];

const gone = (process: Process): boolean => process.presence === "dead" || process.presence === "stopped";

export function Nodes() {
  const processes = useTopic("processes", api.processes);
  return (
    <Page title="Nodes">
      <Loaded from={processes}>
        {(data) => (
          <>
            <Partial of={data.partial} />
            <Panel title="Processes" flush>
              <Table caption="Processes" columns={columns} rows={data.processes.filter((row) => !gone(row))} keyOf={(row) => row.id} empty="No process beats. Start the system, or look at the databases that the dashboard reads." />
            </Panel>
            {data.processes.some(gone) && (
              <Panel title="Gone" flush>
                <Table caption="Processes that are gone" columns={columns} rows={data.processes.filter(gone)} keyOf={(row) => row.id} empty="" rowClass={() => "dim"} />
              </Panel>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

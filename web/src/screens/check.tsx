import { Facts, Loaded, Notice, Page, Panel } from "../components/page";
import { Progress } from "../components/progress";
import { State } from "../components/state";
import { Table, type Column } from "../components/table";
import { LongText, Num, Text } from "../components/text";
import { api } from "../api/routes";
import type { Check, Difference } from "../api/types";
import { approximate, exact } from "../format/numbers";
import { words } from "../format/text";
import { duration } from "../format/time";
import { useResource } from "../state/resource";
import { href } from "../state/router";

const outcome = (check: Check): string =>
  check.state !== "done" ? check.state : approximate(check.different) > 0 ? "different" : "equal";

const Value = ({ of }: { of: string }) =>
  of === "" ? <span class="faint">nothing</span> : <code class="wrap"><LongText of={of} max={200} /></code>;

const columns: Column<Difference>[] = [
  { id: "kind", head: "What", sort: (row) => row.kind, cell: (row) => words(row.kind) },
  { id: "table", head: "Table", sort: (row) => row.table, cell: (row) => <code><Text of={row.table} max={60} /></code> },
  { id: "lane", head: "Lane", number: true, sort: (row) => row.lane, cell: (row) => <Num of={row.lane} /> },
  { id: "key", head: "Row", cell: (row) => <code><Text of={row.key} max={120} /></code> },
  { id: "column", head: "Column", cell: (row) => <code><Text of={row.column ?? ""} max={60} /></code> },
  { id: "found", head: "Found", cell: (row) => <Value of={row.found} /> },
  { id: "expected", head: "Expected", grows: true, cell: (row) => <Value of={row.expected} /> },
];

const keyOf = ({ kind, table, lane, key, column }: Difference): string => [kind, table, lane, key, column].join("/");

function LeftOut({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  return (
    <Panel title="Left out, because they are parked">
      <ul class="plain columns">
        {names.map((name) => (
          <li key={name}><Text of={name} max={120} /></li>
        ))}
      </ul>
    </Panel>
  );
}

function Detail({ check }: { check: Check }) {
  const total = approximate(check.total);
  const runs = check.state === "running";
  return (
    <>
      <Panel title="Check">
        <div class="big-progress">
          <Progress share={runs ? (total > 0 ? approximate(check.events) / total : 0) : 1} label="Progress of the check" />
        </div>
        <Facts
          of={[
            ["Events read", <span><Num of={check.events} /> <span class="faint">of <Num of={check.total} /></span></span>],
            check.rows !== undefined && ["Rows compared", <Num of={check.rows} />],
            ["Different", <Num of={check.different} />],
            check.generation !== undefined && ["Generation", <Num of={check.generation} />],
            ["Took", runs ? <span class="faint">still runs</span> : duration(check.seconds)],
          ]}
        />
        {check.problem && <Notice tone="bad"><LongText of={check.problem} /></Notice>}
      </Panel>
      <Panel title="Differences" flush aside={<span class="faint num">{exact(check.differences.length)} of {exact(check.different)} shown</span>}>
        <Table caption="Differences" columns={columns} rows={check.differences} keyOf={keyOf} empty={runs ? "They are shown when the check has ended." : "None: the rows are what the journal says."} />
      </Panel>
      <LeftOut names={check.left_out} />
    </>
  );
}

export function CheckDetail({ projection, id }: { projection: string; id: string }) {
  const check = useResource(`check:${id}`, (aborted) => api.check(id, aborted), { live: true });
  return (
    <Page
      title="Verification"
      crumbs={[
        { label: "Projections", href: href(["projections"]) },
        { label: projection, href: href(["projections", projection]) },
      ]}
      aside={check.data && <State of={outcome(check.data)} />}
    >
      <Loaded from={check}>{(data) => <Detail check={data} />}</Loaded>
    </Page>
  );
}

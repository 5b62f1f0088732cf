import type { Deed } from "../api/types";
import { Table, type Column } from "./table";
import { LongText, Moment, Text } from "./text";

const target = (deed: Deed): string =>
  [deed.projection, deed.generation === undefined ? "" : `generation ${deed.generation}`, deed.target].filter(Boolean).join(" · ");

const columns: Column<Deed>[] = [
  { id: "at", head: "When", sort: (row) => row.at, cell: (row) => <Moment at={row.at} /> },
  { id: "who", head: "Who", sort: (row) => row.who, cell: (row) => <Text of={row.who} max={60} /> },
  { id: "action", head: "What", sort: (row) => row.action, cell: (row) => <span class="strong"><Text of={row.action} max={60} /></span> },
  { id: "target", head: "To", cell: (row) => <Text of={target(row)} max={90} /> },
  { id: "reason", head: "Reason", grows: true, cell: (row) => <LongText of={row.reason} max={160} /> },
  { id: "result", head: "Result", cell: (row) => <LongText of={row.result} max={80} /> },
];

export function Deeds({ rows, caption }: { rows: Deed[]; caption: string }) {
  return <Table caption={caption} columns={columns} rows={rows} keyOf={(row) => `${row.at}/${row.who}/${row.action}/${target(row)}`} empty="Nothing was done yet." />;
}

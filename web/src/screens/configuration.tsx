import { useState } from "preact/hooks";
import { api } from "../api/routes";
import type { Setting } from "../api/types";
import { Loaded, Page, Panel } from "../components/page";
import { ProcessPicker, useChosenProcess } from "../components/process-picker";
import { Table, type Column } from "../components/table";
import { Text } from "../components/text";
import { useResource } from "../state/resource";

const columns: Column<Setting>[] = [
  { id: "key", head: "Setting", sort: (row) => row.key, cell: (row) => <code class="strong"><Text of={row.key} max={80} /></code> },
  { id: "value", head: "Value", cell: (row) => (row.value === "" ? <span class="faint">empty</span> : <code class="wrap"><Text of={row.value} max={300} /></code>) },
  { id: "source", head: "Source", sort: (row) => row.source, cell: (row) => <span class={`tag tag-${row.source === "default" ? "plain" : "set"}`}><Text of={row.source} max={40} /></span> },
  { id: "description", head: "What it means", grows: true, wide: true, cell: (row) => <Text of={row.description} max={400} /> },
];

function matches(setting: Setting, words: string, only_set: boolean): boolean {
  if (only_set && setting.source === "default") return false;
  const text = `${setting.key} ${setting.value} ${setting.description}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export function Configuration() {
  const { chosen, all } = useChosenProcess();
  const [words, setWords] = useState("");
  const [only_set, setOnlySet] = useState(false);
  const id = chosen?.id ?? "";
  const settings = useResource(`configuration:${id}`, (aborted) => api.configuration(id, aborted), { ready: id !== "" });
  return (
    <Page title="Configuration" tools={<ProcessPicker all={all} chosen={chosen} />}>
      <div class="filters">
        <input type="search" data-filter placeholder="Filter settings" aria-label="Filter settings" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        <label class="check">
          <input type="checkbox" checked={only_set} onChange={(event) => setOnlySet(event.currentTarget.checked)} />
          Only what is not the default
        </label>
      </div>
      <Loaded from={settings}>
        {(data) => {
          const rows = data.settings.filter((setting) => matches(setting, words, only_set));
          return (
            <Panel title="Effective settings" flush aside={<span class="faint num">{rows.length} of {data.settings.length}</span>}>
              <Table caption="Effective settings" columns={columns} rows={rows} keyOf={(row) => row.key} empty="No setting matches." />
            </Panel>
          );
        }}
      </Loaded>
    </Page>
  );
}

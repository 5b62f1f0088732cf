import { api } from "../api/routes";
import type { Process } from "../api/types";
import { useTopic } from "../state/resource";
import { route, setQuery } from "../state/router";

const label = ({ role, node, presence }: Process): string => `${role} · ${node}${presence === "up" ? "" : ` (${presence})`}`;

/** The process that the address names, else the first that is up. */
export function useChosenProcess(): { chosen: Process | undefined; all: Process[]; problem: string | undefined } {
  const processes = useTopic("processes", api.processes);
  const all = processes.data?.processes ?? [];
  const named = route.value.query.get("process");
  const chosen = all.find(({ id }) => id === named) ?? (named ? undefined : (all.find(({ presence }) => presence === "up") ?? all[0]));
  return { chosen, all, problem: processes.problem?.message };
}

export function ProcessPicker({ all, chosen }: { all: Process[]; chosen: Process | undefined }) {
  return (
    <label class="inline-field">
      Process
      <select value={chosen?.id ?? ""} onChange={(event) => setQuery({ process: event.currentTarget.value })}>
        {!chosen && <option value="">choose…</option>}
        {all.map((process) => (
          <option key={process.id} value={process.id}>
            {label(process)}
          </option>
        ))}
      </select>
    </label>
  );
}

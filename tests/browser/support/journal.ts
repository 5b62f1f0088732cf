import { execFileSync } from "node:child_process";
import { system } from "./system";

/** What no statement of Keel's can: its events are for ever. */
function rewrite(aggregate_id: string, payload: string): void {
  const sql = `SET session_replication_role = replica; UPDATE events SET payload = ${payload} WHERE aggregate_id = '${aggregate_id}'`;
  execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", system.journal, "-c", sql]);
}

/** Makes an aggregate's events unreadable, as a failing disk or a wrong restore would, while `step` is done. */
export async function withSpoiledEvents(aggregate_id: string, step: () => Promise<void>): Promise<void> {
  rewrite(aggregate_id, "'\\xff' || payload");
  try {
    await step();
  } finally {
    rewrite(aggregate_id, "substring(payload FROM 2)");
  }
}

import { execFileSync } from "node:child_process";
import { system } from "./system";

/** What a failing disk or a wrong restore does: no statement of Keel's can. */
export function spoilEvents(aggregate_id: string): void {
  const sql = `SET session_replication_role = replica; UPDATE events SET payload = '\\xff' WHERE aggregate_id = '${aggregate_id}'`;
  execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", system.journal, "-c", sql]);
}

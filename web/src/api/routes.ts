import { get, post, remove, type Query } from "./client";
import { pathPart as part } from "../format/text";
import type * as t from "./types";


/** Every question that the dashboard can be asked, by name. */
export const api = {
  session: () => get<t.Session>("/session"),
  logIn: (token: string) => post<t.Session>("/session", { token }),
  logOut: () => remove<unknown>("/session"),

  overview: (aborted?: AbortSignal) => get<t.Overview>("/overview", {}, aborted),
  series: (names: string[], aborted?: AbortSignal) =>
    get<{ series: t.Series[] }>("/series", { names: names.join(",") }, aborted),

  processes: (aborted?: AbortSignal) => get<{ processes: t.Process[] } & t.Gathered>("/processes", {}, aborted),
  process: (id: string, aborted?: AbortSignal) => get<t.Process>(`/processes/${part(id)}`, {}, aborted),
  configuration: (id: string, aborted?: AbortSignal) =>
    get<{ settings: t.Setting[] }>(`/processes/${part(id)}/configuration`, {}, aborted),

  tree: (query: Query, aborted?: AbortSignal) => get<t.TreePage>("/tree", query, aborted),
  actor: (query: Query, aborted?: AbortSignal) => get<t.Actor>("/actor", query, aborted),
  history: (query: Query, aborted?: AbortSignal) => get<t.HistoryPage>("/history", query, aborted),

  projections: (aborted?: AbortSignal) => get<{ projections: t.Projection[] } & t.Gathered>("/projections", {}, aborted),
  projection: (name: string, aborted?: AbortSignal) => get<t.Projection>(`/projections/${part(name)}`, {}, aborted),
  projectionAudit: (name: string, aborted?: AbortSignal) =>
    get<{ deeds: t.Deed[] }>(`/projections/${part(name)}/audit`, {}, aborted),
  plan: (name: string, aborted?: AbortSignal) => get<t.RebuildPlan>(`/projections/${part(name)}/plan`, {}, aborted),
  check: (id: string, aborted?: AbortSignal) => get<t.Check>(`/checks/${part(id)}`, {}, aborted),

  operations: (aborted?: AbortSignal) => get<{ operations: t.Operation[] } & t.Gathered>("/operations", {}, aborted),
  operation: (id: string, aborted?: AbortSignal) => get<t.Operation>(`/operations/${part(id)}`, {}, aborted),

  aggregate: (context: string, type: string, id: string, query: Query, aborted?: AbortSignal) =>
    get<t.AggregatePage>(`/aggregates/${part(context)}/${part(type)}/${part(id)}`, query, aborted),
  parked: (query: Query, aborted?: AbortSignal) => get<{ parked: t.Parked[] } & t.Gathered>("/parked", query, aborted),
  audit: (query: Query, aborted?: AbortSignal) => get<{ deeds: t.Deed[] } & t.Gathered>("/audit", query, aborted),

  control: (body: ActorTarget & { action: string; reason: string }) => post<unknown>("/actors/control", body),
  drain: (id: string, reason: string, confirm: string) => post<unknown>(`/processes/${part(id)}/drain`, { reason, confirm }),
  logLevel: (id: string, level: string, reason: string) =>
    post<unknown>(`/processes/${part(id)}/log-level`, { level, reason }),

  pause: (name: string, reason: string) => post<unknown>(`/projections/${part(name)}/pause`, { reason }),
  unpause: (name: string, reason: string) => post<unknown>(`/projections/${part(name)}/unpause`, { reason }),
  rebuild: (name: string, reason: string, confirm: string) =>
    post<{ operation: string }>(`/projections/${part(name)}/rebuild`, { reason, confirm }),
  verify: (name: string, reason: string, generation?: number) =>
    post<{ id: string; check?: string }>(`/projections/${part(name)}/verify`, { reason, ...(generation === undefined ? {} : { generation }) }),
  promote: (name: string, body: { generation: number; reason: string; confirm: string; force?: boolean }) =>
    post<unknown>(`/projections/${part(name)}/promote`, body),
  rollback: (name: string, reason: string, confirm: string) =>
    post<unknown>(`/projections/${part(name)}/rollback`, { reason, confirm }),
  drop: (name: string, generation: number, reason: string, confirm: string) =>
    post<unknown>(`/projections/${part(name)}/drop`, { generation, reason, confirm }),

  cancel: (id: string, reason: string) => post<unknown>(`/operations/${part(id)}/cancel`, { reason }),
  resume: (id: string, reason: string) => post<unknown>(`/operations/${part(id)}/resume`, { reason }),

  retryParked: (parked: ParkedTarget, reason: string) => post<unknown>("/parked/retry", { ...parked, reason }),
  discardParked: (parked: ParkedTarget, reason: string, confirm: string) =>
    post<unknown>("/parked/discard", { ...parked, reason, confirm }),
};

export type ActorTarget = { process: string; node: string } | { process: string; context: string; type: string; id: string };

export interface ParkedTarget {
  projection: string;
  aggregate_type: string;
  aggregate_id: string;
}

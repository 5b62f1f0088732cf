/** The shapes of the dashboard's HTTP API. Numbers that may exceed 2^53 are decimal strings; times are RFC 3339 in UTC. */

export type Count = string;
export type Instant = string;

export type Presence = "up" | "stale" | "dead" | "stopped";

export interface Process {
  id: string;
  role: string;
  node: string;
  version: string;
  presence: Presence;
  started_at: Instant;
  beat_at: Instant;
  stopped_at?: Instant;
  grpc_address: string;
  status_address: string;
  ready?: boolean;
  not_ready_reason?: string;
  /** What it lacks, one by one: of a projector, the projections that it cannot keep up. */
  unmet_conditions?: { name: string; reason: string }[];
  cpu_percent?: number;
  resident_bytes?: number;
  threads?: number;
  live_aggregates?: Count;
  log_level?: string;
  actions_enabled?: boolean;
  faults_enabled?: boolean;
}

export type NodeKind = "supervisor" | "worker" | "aggregate_group" | "aggregate" | "process";
export type NodeState = "running" | "backing_off" | "stopped" | "crashed" | "quarantined" | "stale" | "dead";

export interface TreeNode {
  process: string;
  id: string;
  parent_id: string;
  name: string;
  path: string;
  kind: NodeKind;
  state: NodeState;
  since?: Instant;
  strategy?: string;
  restarts: number;
  restarts_in_window?: number;
  max_restarts?: number;
  window_seconds?: number;
  last_cause?: string;
  child_count: number;
  aggregate_count?: Count;
  /** Of a group: commands since it began. */
  command_count?: Count;
  troubled_count?: number;
  unhealthy_below?: number;
}

export interface HistoryEvent {
  process: string;
  sequence: Count;
  at: Instant;
  node_id: string;
  kind: string;
  path: string;
  happening: string;
  cause?: string;
  delay_ms?: number;
}

export type ProjectionState = "running" | "paused" | "rebuilding" | "stalled" | "faulted" | "stopped" | "caught_up";

export interface Generation {
  generation: number;
  version: number;
  state: string;
  made_at: Instant;
  verified_at?: Instant;
  live: boolean;
  previous: boolean;
}

export interface Lane {
  context: string;
  lane: number;
  position: Count;
  head: Count;
  lag: Count;
  parked: number;
}

export interface Projection {
  name: string;
  state: ProjectionState;
  live_generation: number;
  version: number;
  previous_generation?: number;
  generations: Generation[];
  position: Count;
  head: Count;
  lag_events: Count;
  lag_seconds?: number;
  rate_per_second?: number;
  eta_seconds?: number;
  parked_aggregates: number;
  paused: boolean;
  last_error?: string;
  lanes?: Lane[];
  updated_at?: Instant;
}

export interface Operation {
  id: string;
  kind: string;
  projection: string;
  generation: number;
  state: string;
  phase: string;
  progress: number;
  events: Count;
  total: Count;
  rate_per_second: number;
  eta_seconds?: number;
  started_at: Instant;
  ended_at?: Instant;
  worker: string;
  alive: boolean;
  can_resume: boolean;
  result?: string;
  cancel_asked: boolean;
}

export interface Parked {
  projection: string;
  generation: number;
  context: string;
  lane: number;
  aggregate_type: string;
  aggregate_id: string;
  position: Count;
  events: number;
  reason: string;
  parked_at: Instant;
  discarded_at?: Instant;
}

export interface Change {
  path: string;
  before: string;
  after: string;
}

export interface AggregateEvent {
  version: Count;
  position: Count;
  type: string;
  recorded_at: Instant;
  epoch?: Count;
  size_bytes: number;
  payload?: unknown;
  today?: { type: string; payload?: unknown }[];
  state?: unknown;
  changes?: Change[];
  problem?: string;
  traceparent?: string;
}

export interface AggregatePage {
  aggregate: { context: string; type: string; id: string; lane: number };
  events: AggregateEvent[];
  next_version?: Count;
  total?: Count;
}

export type Role = "viewer" | "operator" | "admin";

export interface Session {
  role: Role | null;
  login_required: boolean;
  actions: boolean;
  payloads: "none" | "keys" | "full";
  csrf: string;
  version: string;
  contexts: { name: string; aggregates: string[] }[];
  projections: string[];
}

export interface Missing {
  source: string;
  why: string;
}

/** Every list may say what could not be asked. */
export interface Gathered {
  partial?: Missing[];
}

export interface Rates {
  commands_per_second?: number;
  refused_per_second?: number;
  p99_ms?: number;
  events_per_second?: number;
}

export interface Overview extends Gathered {
  processes: Process[];
  projections: Projection[];
  operations: Operation[];
  unhealthy: TreeNode[];
  recent: HistoryEvent[];
  rates: Rates;
}

/** Times in milliseconds since 1970. */
export interface Series {
  name: string;
  points: [number, number | null][];
}

export interface TreePage extends Gathered {
  nodes: TreeNode[];
  next_page_token?: string;
  truncated?: boolean;
  at?: Instant;
}

export interface AggregateDetail {
  context: string;
  aggregate_type: string;
  aggregate_id: string;
  lane: number;
  version: Count;
  durable_version: Count;
  in_flight: Count;
  /** Messages that wait for it. */
  mailbox: Count;
  /** Commands since it came into memory. */
  decided: Count;
  last_command_time?: Instant;
  state?: unknown;
}

/** A command that has a request id, or a stored event that has a version. */
export interface Breakage {
  message_type: string;
  request_id?: string;
  trace_id?: string;
  version?: Count;
}

export interface Actor {
  node: TreeNode;
  history: HistoryEvent[];
  aggregate?: AggregateDetail;
  broken_by?: Breakage;
  possible_actions: string[];
}

export interface HistoryPage extends Gathered {
  events: HistoryEvent[];
  oldest_at?: Instant;
  latest_at?: Instant;
}

export interface Deed {
  at: Instant;
  who: string;
  action: string;
  projection?: string;
  target?: string;
  generation?: number;
  operation?: string;
  reason: string;
  result: string;
}

export interface Setting {
  key: string;
  value: string;
  source: string;
  description: string;
}

export interface RebuildPlan {
  events: Count;
  from_version: number;
  to_version: number;
  target_generation: number;
  estimate_seconds?: number;
  lanes: number;
  /** Why a rebuild would be refused now. */
  obstacle?: string;
}

/** One place where the rows are not what the journal says. */
export interface Difference {
  kind: string;
  table: string;
  lane: number;
  key: string;
  column?: string;
  found: string;
  expected: string;
}

export interface Check {
  state: string;
  generation?: number;
  rows?: Count;
  events: Count;
  total: Count;
  different: Count;
  differences: Difference[];
  left_out: string[];
  seconds: number;
  problem?: string;
}

export interface ApiErrorBody {
  error: { code: string; reason: string; message: string; field?: string };
}

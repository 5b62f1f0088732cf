import type { HistoryEvent, NodeState, TreeNode } from "../api/types";

/** The children of one node as far as they are loaded. */
export interface Branch {
  nodes: TreeNode[];
  next?: string;
  loading?: boolean;
  problem?: string;
}

/** Branches by the key of the parent; "" is the top. */
export type Branches = ReadonlyMap<string, Branch>;

export type Row =
  | { is: "node"; key: string; node: TreeNode; level: number; position: number; siblings: number; open: boolean; has_children: boolean }
  | { is: "more" | "loading" | "problem"; key: string; parent: string; level: number; text: string };

export const keyOf = (node: TreeNode): string =>
  node.kind === "process" ? node.process : `${node.process}/${node.id}${node.id === "0" ? node.path : ""}`;

export const hasChildren = (node: TreeNode): boolean => node.child_count > 0 || node.kind === "process";

/** What to ask for to get the children of a node. */
export const childrenOf = (node: TreeNode): { process: string; parent?: string } =>
  node.kind === "process" ? { process: node.process } : { process: node.process, parent: node.id };

/** The rows of the tree grid: what is loaded below what is open, in depth-first order. */
export function flatten(branches: Branches, open: ReadonlySet<string>, top = "", level = 1): Row[] {
  const branch = branches.get(top);
  if (!branch) return [];
  const rows = branch.nodes.flatMap((node, index) => nodeRows(branches, open, node, index, branch, level));
  return [...rows, ...endOf(branch, top, level)];
}

function nodeRows(
  branches: Branches,
  open: ReadonlySet<string>,
  node: TreeNode,
  index: number,
  branch: Branch,
  level: number,
): Row[] {
  const key = keyOf(node);
  const has_children = hasChildren(node);
  const is_open = has_children && open.has(key);
  const siblings = branch.next ? -1 : branch.nodes.length;
  const row: Row = { is: "node", key, node, level, position: index + 1, siblings, open: is_open, has_children };
  return is_open ? [row, ...flatten(branches, open, key, level + 1)] : [row];
}

function endOf(branch: Branch, parent: string, level: number): Row[] {
  if (branch.problem) return [{ is: "problem", key: `${parent}!problem`, parent, level, text: branch.problem }];
  if (branch.loading) return [{ is: "loading", key: `${parent}!loading`, parent, level, text: "Loading…" }];
  if (branch.next) return [{ is: "more", key: `${parent}!more`, parent, level, text: "Load more" }];
  return [];
}

/** A flat list with parents before children, as searches answer, as branches. Orphans hang below their process. */
export function nest(nodes: TreeNode[]): Map<string, Branch> {
  const branches = new Map<string, Branch>([["", { nodes: [] }]]);
  const known = new Set<string>();
  for (const node of nodes) {
    const parent = parentKey(node, known);
    const branch = branches.get(parent) ?? { nodes: [] };
    branch.nodes.push(node);
    branches.set(parent, branch);
    known.add(keyOf(node));
  }
  return branches;
}

function parentKey(node: TreeNode, known: ReadonlySet<string>): string {
  if (node.kind === "process") return "";
  const parent = `${node.process}/${node.parent_id}`;
  if (known.has(parent)) return parent;
  return known.has(node.process) ? node.process : "";
}

const states: Record<string, NodeState> = {
  started: "running",
  restarted: "running",
  recovered: "running",
  crashed: "crashed",
  backing_off: "backing_off",
  stopped: "stopped",
  quarantined: "quarantined",
};

/** The tree after an event, as far as it shows the node that it happened to; what is older than its state is known. */
export function after(branches: Branches, event: HistoryEvent): Branches {
  const state = states[event.happening];
  if (state === undefined) return branches;
  for (const [key, branch] of branches) {
    const index = branch.nodes.findIndex((node) => node.process === event.process && isOf(node, event));
    const node = branch.nodes[index];
    if (!node || (node.since !== undefined && event.at < node.since)) continue;
    const nodes = branch.nodes.map((old, at) => (at === index ? touched(node, event, state) : old));
    return new Map(branches).set(key, { ...branch, nodes });
  }
  return branches;
}

const isOf = (node: TreeNode, event: HistoryEvent): boolean =>
  event.node_id === "0" || event.node_id === "" ? node.path === event.path : node.id === event.node_id;

const touched = (node: TreeNode, event: HistoryEvent, state: NodeState): TreeNode => ({
  ...node,
  state,
  since: event.at,
  restarts: node.restarts + (event.happening === "restarted" ? 1 : 0),
  ...(event.cause ? { last_cause: event.cause } : {}),
});

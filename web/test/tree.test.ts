import { expect, test } from "vitest";
import type { TreeNode } from "../src/api/types";
import { after, flatten, keyOf, nest, type Branch, type Branches } from "../src/state/tree";

const node = (id: string, parent: string, more: Partial<TreeNode> = {}): TreeNode => ({
  process: "p",
  id,
  parent_id: parent,
  name: `n${id}`,
  path: `n${id}`,
  kind: "worker",
  state: "running",
  restarts: 0,
  child_count: 0,
  ...more,
});

const root = node("", "", { kind: "process", name: "command", child_count: 1 });
const supervisor = node("1", "0", { kind: "supervisor", child_count: 2 });
const branches: Branches = new Map<string, Branch>([
  ["", { nodes: [root] }],
  ["p", { nodes: [supervisor] }],
  ["p/1", { nodes: [node("2", "1"), node("3", "1")], next: "token" }],
]);

test("only what is open is shown, with its depth", () => {
  expect(flatten(branches, new Set()).map(({ key }) => key)).toEqual(["p"]);
  const rows = flatten(branches, new Set(["p", "p/1"]));
  expect(rows.map(({ key, level }) => `${level} ${key}`)).toEqual(["1 p", "2 p/1", "3 p/2", "3 p/3", "3 p/1!more"]);
});

test("a branch that is not all loaded has an unknown number of siblings", () => {
  const rows = flatten(branches, new Set(["p", "p/1"]));
  const child = rows.find(({ key }) => key === "p/2");
  expect(child?.is === "node" && child.siblings).toBe(-1);
});

test("what a search found is nested, and what lacks its parent hangs below its process", () => {
  const nested = nest([root, supervisor, node("2", "1"), node("9", "8")]);
  expect(nested.get("p")?.nodes.map(keyOf)).toEqual(["p/1", "p/9"]);
  expect(nested.get("p/1")?.nodes.map(keyOf)).toEqual(["p/2"]);
});

test("an event changes the node that it happened to, and nothing else", () => {
  const event = { process: "p", sequence: "1", at: "2026-01-31T12:00:00Z", node_id: "2", kind: "worker", path: "n2", happening: "crashed", cause: "boom" };
  const changed = after(branches, event).get("p/1")?.nodes;
  expect(changed?.[0]).toMatchObject({ state: "crashed", last_cause: "boom" });
  expect(changed?.[1]).toBe(branches.get("p/1")?.nodes[1]);
  expect(after(branches, { ...event, process: "other" })).toBe(branches);
});

test("an event that is older than what is shown changes nothing", () => {
  const shown: Branches = new Map([["p", { nodes: [node("2", "1", { since: "2026-01-31T12:00:05.000000Z" })] }]]);
  const event = { process: "p", sequence: "1", at: "2026-01-31T12:00:00.000000Z", node_id: "2", kind: "worker", path: "n2", happening: "crashed" };
  expect(after(shown, event)).toBe(shown);
});

test("a restart is counted", () => {
  const event = { process: "p", sequence: "2", at: "2026-01-31T12:00:00Z", node_id: "2", kind: "worker", path: "n2", happening: "restarted" };
  expect(after(branches, event).get("p/1")?.nodes[0]).toMatchObject({ state: "running", restarts: 1 });
});

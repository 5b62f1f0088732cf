import type { Page } from "@playwright/test";
import type { Shop } from "./shop";
import { ask } from "./steps";

export interface Place {
  name: string;
  hash: string;
}

interface Known {
  processes: { id: string; role: string; presence: string }[];
  projections: { name: string }[];
  operations: { id: string }[];
}

/** Every screen of the dashboard, with something on it. */
export async function places(page: Page, shop: Shop): Promise<Place[]> {
  await shop.addItem("browser-looks");
  const { processes, projections, operations } = await ask<Known>(page, "/overview");
  const command = processes.find(({ role, presence }) => role === "command" && presence === "up");
  const projection = projections[0]?.name ?? "";
  const operation = operations[0];
  return [
    { name: "overview", hash: "#/" },
    { name: "tree", hash: "#/tree" },
    { name: "tree-graph", hash: "#/tree?tab=graph" },
    { name: "tree-unhealthy", hash: "#/tree?unhealthy=yes" },
    { name: "tree-past", hash: `#/tree?at=${new Date(Date.now() - 2000).toISOString()}` },
    { name: "actor", hash: `#/actor/${command?.id}/1` },
    { name: "nodes", hash: "#/nodes" },
    { name: "node", hash: `#/nodes/${command?.id}` },
    { name: "logs", hash: "#/logs" },
    { name: "configuration", hash: "#/configuration" },
    { name: "aggregates", hash: "#/aggregates" },
    { name: "aggregate", hash: "#/aggregates/cart/Cart/browser-looks" },
    { name: "projections", hash: "#/projections" },
    { name: "projection", hash: `#/projections/${projection}` },
    { name: "parked", hash: "#/parked" },
    { name: "operations", hash: "#/operations" },
    ...(operation ? [{ name: "operation", hash: `#/operations/${operation.id}` }] : []),
    { name: "audit", hash: "#/audit" },
    { name: "about", hash: "#/about" },
    { name: "nowhere", hash: "#/nowhere" },
  ];
}

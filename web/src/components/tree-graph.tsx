import { hierarchy, tree, type HierarchyPointNode } from "d3-hierarchy";
import { useMemo, useState } from "preact/hooks";
import type { TreeNode } from "../api/types";
import { clip, visible, words } from "../format/text";
import { keyOf, type Branches } from "../state/tree";
import type { TreeStore } from "../state/tree-store";
import { Shape } from "./state";
import { nodeHref } from "./tree-grid";

interface Item {
  key: string;
  node?: TreeNode;
  children: Item[];
}

const most_drawn = 600;
const row_height = 26;
const column_width = 270;
const margin = 16;

function itemsBelow(branches: Branches, open: ReadonlySet<string>, parent: string, budget: { left: number }): Item[] {
  const items: Item[] = [];
  for (const node of branches.get(parent)?.nodes ?? []) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    const key = keyOf(node);
    items.push({ key, node, children: open.has(key) ? itemsBelow(branches, open, key, budget) : [] });
  }
  return items;
}

type Point = HierarchyPointNode<Item>;

const elbow = ({ source, target }: { source: Point; target: Point }): string => {
  const middle = (source.y + target.y) / 2;
  return `M${source.y + 6} ${source.x}C${middle} ${source.x} ${middle} ${target.x} ${target.y - 8} ${target.x}`;
};

function Node({ point, store, open }: { point: Point; store: TreeStore; open: ReadonlySet<string> }) {
  const node = point.data.node;
  if (!node) return null;
  const folded = (node.child_count > 0 || node.kind === "process") && !open.has(point.data.key);
  const name = visible(clip(node.name, 26)) + (node.name.length > 26 ? "…" : "");
  const toggle = (): void => store.setOpen(node, folded);
  return (
    <g transform={`translate(${point.y} ${point.x})`} class="graph-node">
      <a href={nodeHref(node)} aria-label={`${visible(clip(node.name, 200))}, ${words(node.kind)}, ${words(node.state)}`}>
        <rect x={-10} y={-11} width={column_width - 40} height={22} rx={5} class="graph-hit" />
        <g transform="translate(-6 -6)">
          <Shape of={node.state} />
        </g>
        <text x={12} y={4} class={node.kind === "process" ? "graph-strong" : ""}>
          {name}
        </text>
      </a>
      {(node.child_count > 0 || node.kind === "process") && (
        <g
          role="button"
          tabIndex={0}
          aria-label={`${folded ? "Open" : "Close"} ${visible(clip(node.name, 200))}`}
          class="graph-fold"
          transform={`translate(${column_width - 46} 0)`}
          onClick={toggle}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            toggle();
          }}
        >
          <circle r={12} class="graph-touch" />
          <circle r={7} />
          <path d={folded ? "M-3.5 0h7M0-3.5v7" : "M-3.5 0h7"} />
        </g>
      )}
    </g>
  );
}

function layout(items: Item[]): { points: Point[]; links: { source: Point; target: Point }[]; width: number; height: number } {
  const root = tree<Item>().nodeSize([row_height, column_width]).separation(() => 1)(hierarchy<Item>({ key: "", children: items }));
  const points = root.descendants().filter((point) => point.depth > 0);
  const top = Math.min(...points.map(({ x }) => x));
  for (const point of points) {
    point.x += margin + 12 - top;
    point.y += margin + 12 - column_width;
  }
  return {
    points,
    links: root.links().filter(({ source }) => source.depth > 0),
    width: Math.max(...points.map(({ y }) => y)) + column_width,
    height: Math.max(...points.map(({ x }) => x)) + margin + 12,
  };
}

const zooms = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The same tree as the list, drawn. */
export function TreeGraph({ store }: { store: TreeStore }) {
  const branches = store.branches.value;
  const open = store.open.value;
  const [zoom, setZoom] = useState(2);
  const budget = { left: most_drawn };
  const items = useMemo(() => itemsBelow(branches, open, "", budget), [branches, open]);
  if (items.length === 0) return <div class="empty">Nothing to draw.</div>;
  const { points, links, width, height } = layout(items);
  const scale = zooms[zoom] ?? 1;
  return (
    <div class="graph">
      <div class="graph-tools">
        <button type="button" class="small" aria-label="Smaller" aria-disabled={zoom === 0} onClick={() => setZoom(Math.max(0, zoom - 1))}>−</button>
        <span class="num faint">{Math.round(scale * 100)} %</span>
        <button type="button" class="small" aria-label="Larger" aria-disabled={zoom === zooms.length - 1} onClick={() => setZoom(Math.min(zooms.length - 1, zoom + 1))}>+</button>
        {points.length >= most_drawn && <span class="faint">Only the first {most_drawn} are drawn.</span>}
      </div>
      <div class="graph-scroll" tabIndex={0} role="region" aria-label="Graph of the supervision tree">
        <svg width={width * scale} height={height * scale} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={`${points.length} actors; the list shows the same`}>
          {links.map((link) => (
            <path key={`${link.source.data.key}>${link.target.data.key}`} d={elbow(link)} class="graph-link" />
          ))}
          {points.map((point) => (
            <Node key={point.data.key} point={point} store={store} open={open} />
          ))}
        </svg>
      </div>
    </div>
  );
}

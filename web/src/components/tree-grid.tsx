import { useEffect, useRef, useState } from "preact/hooks";
import type { TreeNode } from "../api/types";
import { exact } from "../format/numbers";
import { words } from "../format/text";
import { go, href } from "../state/router";
import type { Row } from "../state/tree";
import type { TreeStore } from "../state/tree-store";
import { actorHref } from "./history";
import { Icon } from "./icon";
import { State } from "./state";
import { Ago, Num, Text } from "./text";

type NodeRow = Extract<Row, { is: "node" }>;
type OtherRow = Exclude<Row, NodeRow>;

export const nodeHref = (node: TreeNode): string => {
  if (node.kind === "process") return href(["nodes", node.process]);
  return actorHref(node.process, node.id, node.path);
};

const parentIndex = (rows: Row[], index: number): number => {
  const level = rows[index]?.level ?? 1;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.level ?? 0) < level) return at;
  return index;
};

/** The keys of the ARIA tree grid pattern, with rows as what is focused. */
function useKeys(rows: Row[], store: TreeStore) {
  const [focused, setFocused] = useState("");
  const body = useRef<HTMLTableSectionElement>(null);
  const found = rows.findIndex((row) => row.key === focused);
  const current = found < 0 ? 0 : found;

  const focusRow = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    setFocused(row.key);
    const element = body.current?.children[rows.indexOf(row)] as HTMLElement | undefined;
    element?.focus();
  };

  const act = (key: string, row: Row): boolean => {
    if (key === "ArrowDown") focusRow(current + 1);
    else if (key === "ArrowUp") focusRow(current - 1);
    else if (key === "Home") focusRow(0);
    else if (key === "End") focusRow(rows.length - 1);
    else if (row.is !== "node") return actOnEnd(key, row, store);
    else if (key === "ArrowRight") row.has_children && !row.open ? store.setOpen(row.node, true) : row.open && focusRow(current + 1);
    else if (key === "ArrowLeft") row.open ? store.setOpen(row.node, false) : focusRow(parentIndex(rows, current));
    else if (key === "Enter") go(nodeHref(row.node));
    else if (key === " ") row.has_children && store.setOpen(row.node, !row.open);
    else if (key === "*") openSiblings(rows, row, store);
    else return false;
    return true;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[current];
    if (event.ctrlKey || event.metaKey || event.altKey || !row || (event.target as HTMLElement).tagName !== "TR") return;
    if (act(event.key, row)) event.preventDefault();
  };
  return { body, current, onKeyDown, setFocused };
}

function actOnEnd(key: string, row: OtherRow, store: TreeStore): boolean {
  if (key !== "Enter" && key !== " ") return false;
  if (row.is === "more") store.more(row.parent);
  if (row.is === "problem") void store.reload();
  return true;
}

function openSiblings(rows: Row[], row: NodeRow, store: TreeStore): void {
  const mine = rows.filter((other): other is NodeRow => other.is === "node" && other.level === row.level);
  const parent = parentIndex(rows, rows.indexOf(row));
  for (const other of mine) if (parentIndex(rows, rows.indexOf(other)) === parent && other.has_children) store.setOpen(other.node, true);
}

function Name({ row, store }: { row: NodeRow; store: TreeStore }) {
  const { node } = row;
  return (
    <div class="tree-name" style={{ "--level": row.level }}>
      {row.has_children ? (
        <button type="button" class={`twist ${row.open ? "open" : ""}`} tabIndex={-1} aria-hidden="true" onClick={() => store.setOpen(node, !row.open)}>
          <Icon name="chevron" size={12} />
        </button>
      ) : (
        <span class="twist" />
      )}
      <a href={nodeHref(node)} tabIndex={-1} class={node.kind === "process" ? "strong" : ""}>
        <Text of={node.name} max={100} />
      </a>
      <span class="kind">{words(node.kind)}</span>
      {!row.open && !!node.unhealthy_below && <span class="tag tag-bad">{exact(node.unhealthy_below)} in trouble below</span>}
    </div>
  );
}

function Restarts({ node }: { node: TreeNode }) {
  if (node.kind === "process") return null;
  return (
    <>
      <span class={node.restarts > 0 ? "num" : "num faint"}>{exact(node.restarts)}</span>
      {!!node.max_restarts && <span class="faint num" title="restarts in the window, and how many are allowed"> {node.restarts_in_window ?? 0}/{node.max_restarts}</span>}
    </>
  );
}

function Aggregates({ node }: { node: TreeNode }) {
  if (node.aggregate_count === undefined) return null;
  return (
    <span class="nowrap">
      <Num of={node.aggregate_count} />
      {!!node.troubled_count && <span class="tag tag-bad">{exact(node.troubled_count)} in trouble</span>}
    </span>
  );
}

function NodeCells({ row, store }: { row: NodeRow; store: TreeStore }) {
  const { node } = row;
  return (
    <>
      <td role="gridcell"><Name row={row} store={store} /></td>
      <td role="gridcell"><State of={node.state} /></td>
      <td role="gridcell" class="number"><Restarts node={node} /></td>
      <td role="gridcell" class="number"><Aggregates node={node} /></td>
      <td role="gridcell" class="wide faint nowrap">{node.strategy ? words(node.strategy) : ""}</td>
      <td role="gridcell" class="number wide">{node.since && <Ago at={node.since} />}</td>
      <td role="gridcell" class="grows cause-cell">{node.last_cause && <Text of={node.last_cause} max={140} />}</td>
    </>
  );
}

function EndCell({ row, store }: { row: OtherRow; store: TreeStore }) {
  return (
    <td role="gridcell" colSpan={7}>
      <div class="tree-name" style={{ "--level": row.level }}>
        <span class="twist" />
        {row.is === "loading" && <span class="faint">Loading…</span>}
        {row.is === "more" && <button type="button" class="link" tabIndex={-1} onClick={() => store.more(row.parent)}>Load more</button>}
        {row.is === "problem" && (
          <span class="tone-bad">
            <Text of={row.text} max={300} /> <button type="button" class="link" tabIndex={-1} onClick={() => void store.reload()}>Try again</button>
          </span>
        )}
      </div>
    </td>
  );
}

const heads: [string, string][] = [["Name", ""], ["State", ""], ["Restarts", "number"], ["Aggregates", "number"], ["Strategy", "wide"], ["In state", "number wide"], ["Last cause", "grows"]];

export function TreeGrid({ rows, store, label }: { rows: Row[]; store: TreeStore; label: string }) {
  const { body, current, onKeyDown, setFocused } = useKeys(rows, store);
  const changed = useChanged(rows);
  return (
    <div class="table-scroll">
      <table role="treegrid" aria-label={label} class="tree-grid" onKeyDown={onKeyDown}>
        <thead>
          <tr role="row">
            {heads.map(([head, kind]) => (
              <th key={head} scope="col" role="columnheader" class={kind}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={row.key}
              role="row"
              tabIndex={index === current ? 0 : -1}
              aria-level={row.level}
              {...(row.is === "node" ? { "aria-posinset": row.position, "aria-setsize": row.siblings, "data-state": row.node.state } : {})}
              {...(row.is === "node" && row.has_children ? { "aria-expanded": row.open } : {})}
              class={changed.has(row.key) ? "changed" : ""}
              onFocus={() => setFocused(row.key)}
              onDblClick={() => row.is === "node" && go(nodeHref(row.node))}
            >
              {row.is === "node" ? <NodeCells row={row} store={store} /> : <EndCell row={row} store={store} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows whose state is not what it was a moment ago: they are lit for a while. */
function useChanged(rows: Row[]): ReadonlySet<string> {
  const before = useRef<Map<string, string>>();
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const states = new Map(rows.map((row) => [row.key, row.is === "node" ? `${row.node.state}/${row.node.restarts}` : ""]));
    const old = before.current;
    before.current = states;
    const changed = [...states].filter(([key, state]) => old?.has(key) && old.get(key) !== state).map(([key]) => key);
    if (changed.length > 0) setLit(new Set(changed));
  }, [rows]);
  useEffect(() => {
    if (lit.size === 0) return undefined;
    const timer = setTimeout(() => setLit(new Set()), 2500);
    return () => clearTimeout(timer);
  }, [lit]);
  return lit;
}

import { batch, signal } from "@preact/signals";
import { ApiError, type Query } from "../api/client";
import { api } from "../api/routes";
import type { HistoryEvent, Missing, TreeNode } from "../api/types";
import { heard } from "./live";
import { after, childrenOf, hasChildren, keyOf, nest, type Branch, type Branches } from "./tree";

/** Which tree: of now or of a past moment, all of it or what matches. */
export interface View {
  process: string;
  at: string;
  words: string;
  unhealthy: boolean;
}

const page = 200;
const largest_page = 1000;
const settle_ms = 500;

const why = (problem: unknown): string => (problem instanceof ApiError ? problem.message : String(problem));

/** The tree that one screen shows: loaded branch by branch, and kept up to date by events and by asking again. */
export class TreeStore {
  readonly branches = signal<Branches>(new Map());
  readonly open = signal<ReadonlySet<string>>(new Set());
  readonly partial = signal<Missing[]>([]);
  readonly truncated = signal(false);
  private readonly nodes = new Map<string, TreeNode>();
  private readonly stopped = new AbortController();
  private readonly seen_roots = new Set<string>();
  private settling: ReturnType<typeof setTimeout> | undefined;
  private reloading = false;

  constructor(private readonly view: View) {}

  async start(): Promise<void> {
    await (this.searching ? this.search() : this.load(""));
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.settling);
  }

  get searching(): boolean {
    return this.view.words !== "" || this.view.unhealthy;
  }

  get isPast(): boolean {
    return this.view.at !== "";
  }

  setOpen(node: TreeNode, wanted: boolean): void {
    const key = keyOf(node);
    const open = new Set(this.open.value);
    if (wanted) open.add(key);
    else open.delete(key);
    this.open.value = open;
    if (wanted && !this.branches.value.has(key)) void this.load(key);
  }

  /** Opens what is loaded, and loads one level more. */
  expandAll(): void {
    for (const branch of [...this.branches.value.values()])
      for (const node of branch.nodes) if (hasChildren(node)) this.setOpen(node, true);
  }

  collapseAll(): void {
    this.open.value = new Set();
  }

  more(parent: string): void {
    const next = this.branches.value.get(parent)?.next;
    if (next) void this.load(parent, next);
  }

  /** Shows at once what events say, and asks for the rest a little later, also when they go on and on. */
  apply(events: HistoryEvent[]): void {
    if (this.isPast || events.length === 0) return;
    this.branches.value = events.reduce(after, this.branches.value);
    this.settling ??= setTimeout(() => {
      this.settling = undefined;
      void this.reload();
    }, settle_ms);
  }

  async reload(): Promise<void> {
    if (this.reloading) return;
    this.reloading = true;
    try {
      if (this.searching) await this.search();
      else await Promise.all(this.shown().map((key) => this.load(key, undefined, this.branches.value.get(key)?.nodes.length)));
    } finally {
      this.reloading = false;
    }
  }

  private shown(): string[] {
    return [...this.branches.value.keys()].filter((key) => key === "" || this.open.value.has(key));
  }

  private async search(): Promise<void> {
    const { words, unhealthy } = this.view;
    try {
      const answer = await api.tree({ ...this.base(), q: words, unhealthy, page_size: largest_page }, this.stopped.signal);
      const branches = nest(answer.nodes);
      batch(() => {
        this.branches.value = branches;
        this.open.value = new Set([...branches.keys()].filter((key) => key !== ""));
        this.truncated.value = answer.truncated === true || answer.next_page_token !== undefined;
        this.partial.value = answer.partial ?? [];
      });
      heard();
    } catch (problem) {
      this.failed("", problem);
    }
  }

  private base(): Query {
    return { at: this.view.at, process: this.view.process };
  }

  private query(key: string): Query {
    const node = this.nodes.get(key);
    return node ? { ...this.base(), ...childrenOf(node) } : this.base();
  }

  private async load(key: string, token?: string, at_least = 0): Promise<void> {
    if (!this.branches.value.has(key)) this.put(key, { nodes: [], loading: true });
    try {
      const page_size = Math.min(largest_page, Math.max(page, at_least));
      const answer = await api.tree({ ...this.query(key), page_token: token, page_size }, this.stopped.signal);
      this.loaded(key, token === undefined ? [] : (this.branches.value.get(key)?.nodes ?? []), answer.nodes, answer.next_page_token);
      if (key === "") this.partial.value = answer.partial ?? [];
      heard();
    } catch (problem) {
      this.failed(key, problem);
    }
  }

  private loaded(key: string, before: TreeNode[], fresh: TreeNode[], next: string | undefined): void {
    for (const node of fresh) this.nodes.set(keyOf(node), node);
    this.put(key, { nodes: [...before, ...fresh], ...(next ? { next } : {}) });
    if (key === "") this.openNewRoots(fresh);
  }

  /** Processes are open when they first appear. */
  private openNewRoots(roots: TreeNode[]): void {
    for (const node of roots) {
      const key = keyOf(node);
      if (this.seen_roots.has(key)) continue;
      this.seen_roots.add(key);
      if (node.state !== "dead" && node.state !== "stopped" && hasChildren(node)) this.setOpen(node, true);
    }
  }

  private failed(key: string, problem: unknown): void {
    if (this.stopped.signal.aborted) return;
    this.put(key, { nodes: this.branches.value.get(key)?.nodes ?? [], problem: why(problem) });
  }

  private put(key: string, branch: Branch): void {
    if (!this.stopped.signal.aborted) this.branches.value = new Map(this.branches.value).set(key, branch);
  }
}

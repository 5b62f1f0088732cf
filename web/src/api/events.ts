import { address, withQuery } from "./client";

export type Topic = "overview" | "tree" | "projections" | "operations" | "processes";

export interface TopicMessage {
  topic: Topic;
  data: unknown;
}

export interface Listener {
  /** The whole topic, first and after every gap. */
  snapshot(message: TopicMessage): void;
  /** What is new: the whole topic again, or for `tree` only the events. */
  delta(message: TopicMessage): void;
  /** What was missed cannot be told: ask again for what is shown. */
  resync(): void;
  /** Nothing is new. */
  heartbeat(): void;
  connected(): void;
  lost(): void;
}

/** The server sends a heartbeat every 15 s; after two that did not come the connection is taken for dead. */
const silence_ms = 35_000;
const longest_wait_ms = 15_000;

/**
 * One stream of the dashboard's events, kept alive. The browser resumes by Last-Event-ID on its own while it can; when it
 * gives up, or the stream falls silent, a new one is opened after a wait that doubles, and starts with snapshots.
 */
export class EventStream {
  private source: EventSource | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly topics: readonly Topic[],
    private readonly listener: Listener,
  ) {
    this.open();
  }

  close(): void {
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = undefined;
  }

  private open(): void {
    const source = new EventSource(address(withQuery("/events", { topics: this.topics.join(",") })));
    this.source = source;
    source.onopen = () => this.alive(() => this.listener.connected());
    source.onerror = () => this.failed();
    this.on("snapshot", (data) => this.listener.snapshot(JSON.parse(data) as TopicMessage));
    this.on("delta", (data) => this.listener.delta(JSON.parse(data) as TopicMessage));
    this.on("resync", () => this.listener.resync());
    this.on("heartbeat", () => this.listener.heartbeat());
    this.listenForSilence();
  }

  private on(name: string, handle: (data: string) => void): void {
    this.source?.addEventListener(name, (event) => this.alive(() => handle((event as MessageEvent<string>).data)));
  }

  private alive(then: () => void): void {
    this.failures = 0;
    this.listenForSilence();
    then();
  }

  private listenForSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.reopen(), silence_ms);
  }

  private failed(): void {
    this.listener.lost();
    if (this.source?.readyState === EventSource.CLOSED) this.reopen();
  }

  private reopen(): void {
    this.close();
    this.listener.lost();
    const wait_ms = Math.min(longest_wait_ms, 500 * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.open(), wait_ms);
  }
}

import { effect, signal } from "@preact/signals";
import { EventStream, type Topic, type TopicMessage } from "../api/events";
import type { HistoryEvent } from "../api/types";
import { must_log_in, session } from "./session";
import { interval, paused } from "./settings";
import { nothing_known, taken, type Topics } from "./topics";

export type Connection = "connecting" | "live" | "lost" | "paused";

export const connection = signal<Connection>("connecting");
/** What each topic said last, at the pace that the viewer chose. */
export const topics = signal<Topics["data"]>({});
/** Supervision events since the last time; always at once, because a crash is what people wait for. */
export const supervision_events = signal<HistoryEvent[]>([]);
/** When the dashboard last told us something. */
export const updated_at = signal<number | undefined>(undefined);
/** Grows when everything shown should be asked for again. */
export const refreshes = signal(0);

const wanted = signal<readonly Topic[]>(["overview"]);

export const refresh = (): void => void (refreshes.value += 1);
export const heard = (): void => void (updated_at.value = Date.now());

/** A screen names the topics that it shows; the stream is opened again when it does not carry them yet. */
export function want(needed: readonly Topic[]): void {
  const all: Topic[] = ["overview", ...needed.filter((topic) => topic !== "overview")];
  if (all.join() !== wanted.peek().join()) wanted.value = all;
}

/** The first event is told at once; what follows within this time is told together, so that a storm does not shake the screen. */
const tell_ms = 300;

class Coalescer {
  private state: Topics = nothing_known;
  private showing: ReturnType<typeof setTimeout> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;

  take(message: TopicMessage, at_once: boolean): void {
    heard();
    this.state = taken(this.state, message);
    if (message.topic === "tree") this.tell();
    else if (at_once || !(message.topic in topics.peek())) this.show();
    else this.showing ??= setTimeout(() => this.show(), interval.peek() * 1000);
  }

  stop(): void {
    clearTimeout(this.showing);
    clearTimeout(this.telling);
  }

  private show(): void {
    clearTimeout(this.showing);
    this.showing = undefined;
    topics.value = { ...topics.peek(), ...this.state.data };
  }

  private tell(): void {
    if (this.telling !== undefined || this.state.events.length === 0) return;
    supervision_events.value = this.state.events;
    this.state = { ...this.state, events: [] };
    this.telling = setTimeout(() => {
      this.telling = undefined;
      this.tell();
    }, tell_ms);
  }
}

function follow(names: readonly Topic[]): () => void {
  const coalescer = new Coalescer();
  connection.value = "connecting";
  const stream = new EventStream(names, {
    // What happened before is asked for by the screens that show it.
    snapshot: (message) => (message.topic === "tree" ? heard() : coalescer.take(message, true)),
    delta: (message) => coalescer.take(message, interval.peek() === 1),
    resync: refresh,
    heartbeat: heard,
    connected: () => {
      connection.value = "live";
      heard();
    },
    lost: () => (connection.value = "lost"),
  });
  return () => {
    coalescer.stop();
    stream.close();
  };
}

/** Follows the events while somebody looks: not when paused, hidden, or logged out. */
export function startLive(): void {
  let was_paused = false;
  effect(() => {
    const names = wanted.value;
    if (!session.value || must_log_in.value) return undefined;
    if (paused.value) {
      connection.value = "paused";
      was_paused = true;
      return undefined;
    }
    if (was_paused) setTimeout(refresh);
    was_paused = false;
    return follow(names);
  });
}

import type { Topic, TopicMessage } from "../api/events";
import type { HistoryEvent } from "../api/types";

/** What is known of each topic, and the supervision events that nobody has taken yet. Pure, so that it can be tested. */
export interface Topics {
  data: Partial<Record<Topic, unknown>>;
  events: HistoryEvent[];
}

export const nothing_known: Topics = { data: {}, events: [] };

const kept_events = 1000;

export function taken(state: Topics, message: TopicMessage): Topics {
  if (message.topic !== "tree") return { ...state, data: { ...state.data, [message.topic]: message.data } };
  return { ...state, events: merged(state.events, historyOf(message.data)) };
}

function historyOf(data: unknown): HistoryEvent[] {
  return Array.isArray(data) ? (data as HistoryEvent[]) : [];
}

/** Each event once, in the order of arrival, and only the latest thousand. */
export function merged(known: HistoryEvent[], fresh: HistoryEvent[]): HistoryEvent[] {
  const seen = new Set(known.map(eventKey));
  return [...known, ...fresh.filter((event) => !seen.has(eventKey(event)))].slice(-kept_events);
}

/** Newest first: what is stored, and what was told just now and will be stored in a moment. */
export function withNews(stored: HistoryEvent[], told: HistoryEvent[], limit: number): HistoryEvent[] {
  const newest_first = merged([...stored].reverse(), told).reverse();
  return newest_first.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0)).slice(0, limit);
}

export const eventKey = (event: HistoryEvent): string => `${event.process}/${event.sequence}`;

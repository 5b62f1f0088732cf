import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import type { Topic } from "../api/events";
import { connection, heard, refreshes, topics, want } from "./live";
import { interval, paused } from "./settings";

/** What was asked for: shown as long as it is known, even when the last question failed. */
export interface Resource<T> {
  data: T | undefined;
  problem: ApiError | undefined;
  loading: boolean;
  at: number | undefined;
  reload: () => void;
}

export interface Liveness {
  /** Asked again at the viewer's pace. */
  live?: boolean;
  /** But not more often than this: for answers that are large. */
  at_least_s?: number;
  /** Asked at all; a question that is not ready waits. */
  ready?: boolean;
}

type Load<T> = (aborted: AbortSignal) => Promise<T>;

const asError = (problem: unknown): ApiError =>
  problem instanceof ApiError ? problem : new ApiError(0, "UNKNOWN", "", problem instanceof Error ? problem.message : String(problem));

/** Asks when it is mounted, when `key` changes, after every action, and, when live, at the viewer's pace. */
export function useResource<T>(key: string, load: Load<T>, { live = false, at_least_s = 0, ready = true }: Liveness = {}): Resource<T> {
  const [held, setHeld] = useState<{ key: string; data?: T; problem?: ApiError; at?: number }>({ key });
  const [reloads, setReloads] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  const every_s = live && !paused.value ? Math.max(interval.value, at_least_s) : 0;
  const again = refreshes.value;

  useEffect(() => {
    if (!ready) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const data = await loader.current(stop.signal);
        if (stop.signal.aborted) return;
        setHeld({ key, data, at: Date.now() });
        heard();
      } catch (problem) {
        if (stop.signal.aborted) return;
        setHeld((before) => ({ ...(before.key === key ? before : {}), key, problem: asError(problem) }));
      }
      if (every_s > 0) timer = setTimeout(() => void ask(), every_s * 1000);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, ready, every_s, again, reloads]);

  const mine = held.key === key ? held : undefined;
  return {
    data: mine?.data,
    problem: mine?.problem,
    loading: mine?.data === undefined && mine?.problem === undefined,
    at: mine?.at,
    reload: () => setReloads((count) => count + 1),
  };
}

/** A topic of the event stream; asked for by its plain twin until the stream has told it, and while the stream is lost. */
export function useTopic<T>(topic: Topic, load: Load<T>): Resource<T> {
  useEffect(() => want([topic]), [topic]);
  const told = topics.value[topic] as T | undefined;
  const lost = connection.value === "lost";
  const asked = useResource(`topic:${topic}`, load, { live: lost });
  if (lost && asked.data !== undefined) return asked;
  if (told === undefined) return asked;
  const fresh_enough = connection.value === "paused" ? (asked.data ?? told) : told;
  return { ...asked, data: fresh_enough, loading: false, problem: lost ? asked.problem : undefined };
}

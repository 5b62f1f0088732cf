import { useRef } from "preact/hooks";
import type { Count } from "../api/types";

interface Reading {
  count: number;
  at: number;
}

/** How much a counter grew a second between its last two readings; nothing at the first one, or when it began anew. */
export function perSecond(before: Reading | undefined, now: Reading): number | undefined {
  if (!before || now.at <= before.at || now.count < before.count) return undefined;
  return ((now.count - before.count) * 1000) / (now.at - before.at);
}

/** Of a counter that is read again and again; `at` says when, in ms. */
export function useRate(count: Count | undefined, at: number | undefined): number | undefined {
  const readings = useRef<{ before?: Reading | undefined; now?: Reading }>({});
  const { now } = readings.current;
  if (count !== undefined && at !== undefined && at !== now?.at) readings.current = { before: now, now: { count: Number(count), at } };
  return readings.current.now && perSecond(readings.current.before, readings.current.now);
}

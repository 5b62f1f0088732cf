import { api } from "../api/routes";
import type { Series } from "../api/types";
import { useResource } from "./resource";

const nothing: Series["points"] = [];

/** The last quarter of an hour of some figures, by name. */
export function useSeries(names: string[]): (name: string) => Series["points"] {
  const { data } = useResource(`series:${names.join()}`, (aborted) => api.series(names, aborted), {
    live: true,
    at_least_s: 5,
    ready: names.length > 0,
  });
  const known = new Map(data?.series.map((series) => [series.name, series.points]));
  return (name) => known.get(name) ?? nothing;
}

import { signal } from "@preact/signals";
import { pathPart } from "../format/text";

/** A place in the dashboard: `#/actor/6f…/12?tab=state` has the parts `actor`, `6f…`, `12`. */
export interface Route {
  parts: string[];
  query: URLSearchParams;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parse(hash: string): Route {
  const [path = "", search = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  return { parts: path.split("/").filter((part) => part !== "").map(decoded), query: new URLSearchParams(search) };
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + by.length)];
}

export const route = signal(parse(location.hash));

export type Search = Record<string, string | undefined>;

export function href(parts: string[], query: Search = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]));
  const text = search.toString();
  return `#/${parts.map(pathPart).join("/")}${text ? `?${text}` : ""}`;
}

export function go(target: string): void {
  location.hash = target.replace(/^#/, "");
}

/** Changes the query of the present place without a step in the browser's history. */
export function setQuery(changes: Search): void {
  const search: Search = Object.fromEntries(route.value.query);
  for (const [name, value] of Object.entries(changes)) search[name] = value;
  history.replaceState(null, "", href(route.value.parts, search));
  route.value = parse(location.hash);
}

export function startRouter(): void {
  window.addEventListener("hashchange", () => (route.value = parse(location.hash)));
}

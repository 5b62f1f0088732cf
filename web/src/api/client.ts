import { signal } from "@preact/signals";
import type { ApiErrorBody } from "./types";

/** Relative to the page, so that it works below any base path. */
export const address = (path: string): string => new URL(`api/v1${path}`, document.baseURI.split("#")[0]).href;

/** What the API said when it refused, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly reason: string,
    message: string,
    readonly field?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Sent with every action; comes with the session. */
export const csrf = signal("");
/** Grows whenever the API says that this browser is not (or no longer) logged in. */
export const logins_refused = signal(0);

export type Query = Record<string, string | number | boolean | undefined>;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "" && value !== false) search.set(name, value === true ? "true" : String(value));
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function failure(response: Response): Promise<ApiError> {
  const fallback = new ApiError(response.status, "UNKNOWN", "", `the dashboard answered ${response.status} ${response.statusText}`);
  try {
    const { error } = (await response.json()) as ApiErrorBody;
    return new ApiError(response.status, error.code, error.reason, error.message, error.field);
  } catch {
    return fallback;
  }
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address(path), { credentials: "same-origin", cache: "no-store", ...init });
  } catch (problem) {
    if (init.signal?.aborted) throw problem;
    throw new ApiError(0, "UNAVAILABLE", "DASHBOARD_UNREACHABLE", "the dashboard cannot be reached");
  }
  if (response.ok) return (response.status === 204 ? {} : await response.json()) as T;
  const error = await failure(response);
  if (response.status === 401 && error.reason !== "TOKEN_WRONG") logins_refused.value += 1;
  throw error;
}

export const get = <T>(path: string, query: Query = {}, aborted?: AbortSignal): Promise<T> =>
  ask<T>(withQuery(path, query), { ...(aborted ? { signal: aborted } : {}), headers: { accept: "application/json" } });

const headers = (): HeadersInit => ({
  accept: "application/json",
  "content-type": "application/json",
  "x-keel-csrf": csrf.value,
});

export const post = <T>(path: string, body: unknown): Promise<T> =>
  ask<T>(path, { method: "POST", headers: headers(), body: JSON.stringify(body) });

export const remove = <T>(path: string): Promise<T> => ask<T>(path, { method: "DELETE", headers: headers() });

import { computed, effect, signal } from "@preact/signals";
import { ApiError, csrf, logins_refused } from "../api/client";
import { api } from "../api/routes";
import type { Role, Session } from "../api/types";

export const session = signal<Session | undefined>(undefined);
export const session_problem = signal<ApiError | undefined>(undefined);

export const must_log_in = computed(() => {
  const known = session.value;
  return known !== undefined && known.login_required && known.role === null;
});

export function adopt(fresh: Session): void {
  csrf.value = fresh.csrf;
  session.value = fresh;
  session_problem.value = undefined;
}

export async function loadSession(): Promise<void> {
  try {
    adopt(await api.session());
  } catch (problem) {
    if (problem instanceof ApiError) session_problem.value = problem;
  }
}

export async function logOut(): Promise<void> {
  await api.logOut();
  await loadSession();
}

/** A session that ended on the server (a restart, an expiry) brings the login back. */
export const watchLogins = (): (() => void) =>
  effect(() => {
    if (logins_refused.value > 0) void loadSession();
  });

const ranks: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Why somebody of this session may not do what needs `role`; undefined = may. */
export function refusal(needs: Role): string | undefined {
  const known = session.value;
  if (!known || known.role === null) return "Log in first.";
  if (!known.actions) return "Actions are off on this dashboard (dashboard.actions).";
  if (ranks[known.role] < ranks[needs]) return `Needs the role ${needs}; you are ${known.role}.`;
  return undefined;
}

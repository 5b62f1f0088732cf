import { api, type ActorTarget } from "../api/routes";
import type { Actor, Role } from "../api/types";
import type { Action } from "../components/actions";
import { ask } from "../components/dialog";

interface Deed {
  action: string;
  label: string;
  needs: Role;
  danger?: boolean;
  what: string;
}

const deeds: Deed[] = [
  { action: "restart", label: "Restart", needs: "operator", what: "It dies as if it had failed, and its supervisor starts it again by its rules. Nothing durable is lost." },
  { action: "stop", label: "Stop", needs: "operator", what: "It ends once nothing is in flight. An aggregate is loaded again by its next command; a service is started again." },
  { action: "lift_quarantine", label: "Lift quarantine", needs: "operator", what: "It may be loaded again. If the cause is still there it will fail again." },
  { action: "crash", label: "Crash", needs: "admin", danger: true, what: "It throws in the midst of its work, to see what its supervisor does. For tests: the process must run with faults." },
];

const askDeed = (deed: Deed, name: string, target: ActorTarget): void =>
  ask({
    title: `${deed.label} ${name.slice(0, 80)}?`,
    what: deed.what,
    verb: deed.label,
    ...(deed.danger ? { danger: true } : {}),
    run: async (reason) => {
      await api.control({ ...target, action: deed.action, reason });
      return `Asked: ${deed.label.toLowerCase()} ${name.slice(0, 80)}`;
    },
  });

/** What can be done to an actor; what it cannot do now stays visible, and says so. */
export function actorActions(actor: Actor, target: ActorTarget, name: string): Action[] {
  const possible = new Set(actor.possible_actions.map((action) => action.toLowerCase()));
  return deeds
    .filter(({ action }) => possible.has(action) || action !== "lift_quarantine")
    .map((deed) => ({
      label: `${deed.label}…`,
      needs: deed.needs,
      danger: deed.danger ?? false,
      unless: !possible.has(deed.action) && "Greyed-out actions are not possible for this actor, or not allowed by its process.",
      run: () => askDeed(deed, name, target),
    }));
}

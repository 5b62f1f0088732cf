import { useId } from "preact/hooks";
import type { Role } from "../api/types";
import { refusal } from "../state/session";

export interface Action {
  label: string;
  needs: Role;
  danger?: boolean;
  /** Why it makes no sense now, whoever asks. */
  unless?: string | false | undefined;
  run: () => void;
}

/** Buttons for what can be done; those that cannot be pressed stay, and say why below. */
export function Actions({ of, label }: { of: Action[]; label: string }) {
  const id = useId();
  const refused = of.map((action) => refusal(action.needs) ?? (action.unless || undefined));
  const reasons = [...new Set(refused.filter((why): why is string => why !== undefined))];
  return (
    <div class="actions" role="group" aria-label={label}>
      <div class="buttons">
        {of.map((action, index) => {
          const why = refused[index];
          return (
            <button
              key={action.label}
              type="button"
              class={action.danger ? "danger-quiet" : ""}
              aria-disabled={why !== undefined}
              aria-describedby={why === undefined ? undefined : `${id}-${reasons.indexOf(why)}`}
              title={why}
              onClick={() => why === undefined && action.run()}
            >
              {action.label}
            </button>
          );
        })}
      </div>
      {reasons.map((why, index) => (
        <p key={why} id={`${id}-${index}`} class="why-not">
          {why}
        </p>
      ))}
    </div>
  );
}

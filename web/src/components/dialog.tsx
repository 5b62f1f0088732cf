import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { announce } from "../state/announcer";
import { refresh } from "../state/live";
import { Notice } from "./page";
import { Text } from "./text";

/** Something that is asked before it is done. */
export interface Question {
  title: string;
  /** What will happen, in plain words. */
  what: ComponentChildren;
  verb: string;
  danger?: boolean;
  /** Must be typed to go on: for what destroys or replaces. */
  confirm?: string;
  /** More fields; their values stay with who asks. */
  fields?: ComponentChildren;
  /** Says afterwards what was done. */
  run: (reason: string, confirm: string) => Promise<string>;
}

export const question = signal<Question | undefined>(undefined);
export const ask = (asked: Question): void => void (question.value = asked);

/** A modal dialog of the browser's own: focus stays inside, Escape closes it, and focus goes back. */
export function Modal({ title, close, wide, children }: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog ref={dialog} class={wide ? "wide" : ""} aria-labelledby={id} onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <div class="dialog-inner">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

const longest_reason = 500;

function Confirm({ text, value, set }: { text: string; value: string; set: (value: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        Type <code class="confirm-word"><Text of={text} max={200} /></code> to go on
      </label>
      <input id={id} name="confirm" value={value} autocomplete="off" spellcheck={false} onInput={(event) => set(event.currentTarget.value)} />
    </div>
  );
}

function Form({ asked, close }: { asked: Question; close: () => void }) {
  const [reason, setReason] = useState("");
  const [confirm, setConfirm] = useState("");
  const [problem, setProblem] = useState<ApiError | undefined>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  const missing = reason.trim() === "" ? "A reason is needed." : asked.confirm !== undefined && confirm !== asked.confirm ? "The typed words do not match yet." : "";

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (missing || busy) return;
    setBusy(true);
    try {
      announce(await asked.run(reason.trim(), confirm));
      refresh();
      close();
    } catch (failure) {
      setProblem(failure instanceof ApiError ? failure : new ApiError(0, "UNKNOWN", "", String(failure)));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} class="stack">
      <div class="dialog-what">{asked.what}</div>
      {asked.fields}
      <div class="field">
        <label for={id}>
          Reason <span class="faint">(kept in the audit)</span>
        </label>
        <textarea id={id} name="reason" rows={2} maxLength={longest_reason} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </div>
      {asked.confirm !== undefined && <Confirm text={asked.confirm} value={confirm} set={setConfirm} />}
      {problem && (
        <Notice tone="bad">
          <Text of={problem.message} max={500} /> {problem.reason && <code>{problem.reason}</code>}
        </Notice>
      )}
      <div class="dialog-actions">
        <span class="faint small-text" aria-live="polite">
          {missing}
        </span>
        <button type="button" onClick={close}>
          Keep as it is
        </button>
        <button type="submit" class={asked.danger ? "danger" : "primary"} aria-disabled={missing !== "" || busy}>
          {busy ? "Asking…" : asked.verb}
        </button>
      </div>
    </form>
  );
}

export function QuestionDialog() {
  const asked = question.value;
  if (!asked) return null;
  const close = (): void => void (question.value = undefined);
  return (
    <Modal title={asked.title} close={close}>
      <Form asked={asked} close={close} />
    </Modal>
  );
}

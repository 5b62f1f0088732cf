import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { api } from "../api/routes";
import { Logo } from "../components/logo";
import { Notice } from "../components/page";
import { adopt } from "../state/session";

export function Login() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Log in · Keel";
    field.current?.focus();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (token === "" || busy) return;
    setBusy(true);
    try {
      adopt(await api.logIn(token));
    } catch (failure) {
      setProblem(failure instanceof ApiError ? failure.message : String(failure));
      setToken("");
      field.current?.focus();
    }
    setBusy(false);
  };
  return (
    <main class="login" id="main">
      <form class="panel login-panel" onSubmit={(event) => void submit(event)}>
        <Logo />
        <h1 id="title" tabIndex={-1}>Log in to Keel</h1>
        <p class="faint">Your token decides what you may do: look, operate, or administer.</p>
        <label class="field">
          Token
          <input ref={field} type="password" name="token" autocomplete="current-password" value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        {problem && <Notice tone="bad">{problem}</Notice>}
        <button type="submit" class="primary" aria-disabled={token === "" || busy}>
          {busy ? "Asking…" : "Log in"}
        </button>
      </form>
    </main>
  );
}

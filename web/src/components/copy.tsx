import { useState } from "preact/hooks";
import { announce } from "../state/announcer";
import { Icon } from "./icon";

/** Pages on plain HTTP have no clipboard API; the old command still works there. */
function copyByCommand(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

async function copyText(text: string): Promise<boolean> {
  if (!window.isSecureContext) return copyByCommand(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const press = async (): Promise<void> => {
    const done = await copyText(text);
    announce(done ? `${what} copied` : `${what} could not be copied`);
    setCopied(done);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="quiet small" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => void press()}>
      <Icon name="copy" size={14} />
      {copied && <span class="copied">copied</span>}
    </button>
  );
}

import { useState } from "preact/hooks";
import { Page, Panel } from "../components/page";
import { Text } from "../components/text";
import { go, href } from "../state/router";
import { session } from "../state/session";

const recent_key = "keel.recent-aggregates";
const most_recent = 12;

type Name = [context: string, type: string, id: string];

export function recentAggregates(): Name[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(recent_key) ?? "[]");
    return Array.isArray(stored) ? (stored as Name[]).filter((name) => Array.isArray(name) && name.length === 3) : [];
  } catch {
    return [];
  }
}

/** Remembered until the tab closes: ids may name people. */
export function rememberAggregate(name: Name): void {
  const others = recentAggregates().filter((known) => known.join("/") !== name.join("/"));
  try {
    sessionStorage.setItem(recent_key, JSON.stringify([name, ...others].slice(0, most_recent)));
  } catch {
    /* storage is refused: nothing is remembered */
  }
}

interface Choice {
  context: string;
  type: string;
}

function choices(): Choice[] {
  return (session.value?.contexts ?? []).flatMap(({ name, aggregates }) => aggregates.map((type) => ({ context: name, type })));
}

function Find() {
  const all = choices();
  const [chosen, setChosen] = useState(0);
  const [id, setId] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    const choice = all[chosen];
    if (choice && id !== "") go(href(["aggregates", choice.context, choice.type, id]));
  };
  return (
    <form class="find" onSubmit={submit}>
      <label class="field">
        Type
        <select name="type" value={String(chosen)} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
          {all.map(({ context, type }, index) => (
            <option key={`${context}/${type}`} value={String(index)}>
              {context} / {type}
            </option>
          ))}
        </select>
      </label>
      <label class="field grow">
        Id
        <input name="id" data-filter value={id} autocomplete="off" spellcheck={false} placeholder="exactly as the client named it" onInput={(event) => setId(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary">
        Open
      </button>
    </form>
  );
}

export function Aggregates() {
  const recent = recentAggregates();
  return (
    <Page title="Aggregates">
      <Panel title="Find an aggregate">
        <Find />
      </Panel>
      <Panel title="Seen in this tab" flush>
        {recent.length === 0 && <div class="empty">Aggregates that you open are listed here until the tab closes.</div>}
        <ul class="rows">
          {recent.map(([context, type, id]) => (
            <li key={`${context}/${type}/${id}`}>
              <div class="rows-main">
                <a class="strong" href={href(["aggregates", context, type, id])}>
                  <Text of={id} max={120} />
                </a>
              </div>
              <span class="faint">
                <Text of={`${context} / ${type}`} max={60} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

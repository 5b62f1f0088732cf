import { useEffect, useState } from "preact/hooks";
import { api } from "../api/routes";
import type { AggregateEvent, AggregatePage } from "../api/types";
import { EventDetail } from "./aggregate-event";
import { Loaded, Page, Panel } from "../components/page";
import { Moment, Num, Text } from "../components/text";
import { exact, plural } from "../format/numbers";
import { useResource } from "../state/resource";
import { href, route, setQuery } from "../state/router";
import { rememberAggregate } from "./aggregates";
import { InMemory } from "./aggregate-memory";

const page_size = 200;

interface Name {
  context: string;
  type: string;
  id: string;
}

function Row({ event, chosen, choose }: { event: AggregateEvent; chosen: boolean; choose: () => void }) {
  return (
    <li>
      <button type="button" class={`event-row ${chosen ? "chosen" : ""}`} aria-pressed={chosen} onClick={choose}>
        <span class="num faint event-version">{exact(event.version)}</span>
        <span class="strong">
          <Text of={event.type} max={60} />
        </span>
        {event.problem && <span class="tag tag-bad">problem</span>}
        <span class="event-at faint">
          <Moment at={event.recorded_at} />
        </span>
      </button>
    </li>
  );
}

/** Arrow keys walk through the versions. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : undefined;
  const next = step && (document.activeElement?.closest("li")?.[step] as HTMLElement | null)?.querySelector("button");
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

function Events({ page, from }: { page: AggregatePage; from: string }) {
  const asked = route.value.query.get("version");
  const chosen = page.events.find((event) => event.version === asked) ?? page.events[page.events.length - 1];
  return (
    <div class="split">
      <Panel title="Events" flush aside={page.total && <span class="faint">{plural(page.total, "event")}</span>}>
        <ol class="events" onKeyDown={walk} aria-label="Events, oldest first">
          {page.events.map((event) => (
            <Row key={event.version} event={event} chosen={event === chosen} choose={() => setQuery({ version: event.version })} />
          ))}
        </ol>
        <div class="pager">
          {from !== "" && (
            <button type="button" class="small" onClick={() => setQuery({ from: undefined, version: undefined })}>
              From the start
            </button>
          )}
          {page.next_version && (
            <button type="button" class="small" onClick={() => setQuery({ from: page.next_version, version: undefined })}>
              Later events
            </button>
          )}
        </div>
      </Panel>
      {chosen && <EventDetail event={chosen} />}
    </div>
  );
}

function JumpTo() {
  const [version, setVersion] = useState("");
  return (
    <form
      class="inline-field"
      onSubmit={(event) => {
        event.preventDefault();
        if (/^\d+$/.test(version)) setQuery({ from: version, version });
      }}
    >
      <label for="jump">Version</label>
      <input id="jump" class="short" inputMode="numeric" value={version} onInput={(event) => setVersion(event.currentTarget.value)} />
      <button type="submit" class="small">
        Go
      </button>
    </form>
  );
}

export function AggregateDetail({ context, type, id }: Name) {
  const from = route.value.query.get("from") ?? "";
  const page = useResource(`aggregate:${context}/${type}/${id}:${from}`, (aborted) => api.aggregate(context, type, id, { from, limit: page_size }, aborted), { live: true });
  const found = page.data !== undefined;
  useEffect(() => {
    if (found) rememberAggregate([context, type, id]);
  }, [found, context, type, id]);
  return (
    <Page
      title={id}
      crumbs={[
        { label: "Aggregates", href: href(["aggregates"]) },
        { label: `${context} / ${type}`, href: href(["aggregates"]) },
      ]}
      aside={page.data && <span class="faint">lane <Num of={page.data.aggregate.lane} /></span>}
      tools={<JumpTo />}
    >
      <InMemory context={context} type={type} id={id} />
      <Loaded from={page}>{(data) => (data.events.length === 0 ? <div class="empty panel">It has no events.</div> : <Events page={data} from={from} />)}</Loaded>
    </Page>
  );
}

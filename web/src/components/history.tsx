import type { HistoryEvent } from "../api/types";
import { duration } from "../format/time";
import { eventKey } from "../state/topics";
import { href } from "../state/router";
import { session } from "../state/session";
import { State } from "./state";
import { Brief, LongText, Text } from "./text";

/** `command/cart/lane 3/aggregates/Cart 42` → cart, Cart, 42; undefined when it is not the path of an aggregate. */
function aggregateOf(path: string): [context: string, type: string, id: string] | undefined {
  const [, context, name] = /^[^/]+\/([^/]+)\/[^/]+\/aggregates\/(.+)$/s.exec(path) ?? [];
  const known = session.value?.contexts.find((each) => each.name === context);
  const type = known?.aggregates.find((each) => name?.startsWith(`${each} `));
  return context && type && name ? [context, type, name.slice(type.length + 1)] : undefined;
}

/** Where an actor is shown. An aggregate goes by its name, because its node goes when it is well again. */
export function actorHref(process: string, node: string, path: string): string {
  const aggregate = aggregateOf(path);
  return href(["actor", process, ...(aggregate ?? [node])], { path });
}

const momentBefore = (at: string): string => new Date(Date.parse(at) - 1).toISOString();

/** Where the tree is shown as it was just before. */
export const treeBefore = (event: HistoryEvent): string => href(["tree"], { at: momentBefore(event.at) });

function Who({ event }: { event: HistoryEvent }) {
  return (
    <a href={actorHref(event.process, event.node_id, event.path)}>
      <Text of={event.path} max={90} />
    </a>
  );
}

/** What happened, newest first: when, to whom, what, why. */
export function HistoryList({ events, with_path = true, empty }: { events: HistoryEvent[]; with_path?: boolean; empty: string }) {
  if (events.length === 0) return <div class="empty">{empty}</div>;
  return (
    <ol class="history" aria-label="History, newest first">
      {events.map((event) => (
        <li key={eventKey(event)} data-happening={event.happening}>
          <Brief at={event.at} />
          <State of={event.happening} detail={event.delay_ms === undefined ? undefined : duration(event.delay_ms / 1000)} />
          <div class="history-what">
            {with_path && <Who event={event} />}
            {event.cause && (
              <p class="cause">
                <LongText of={event.cause} max={220} />
              </p>
            )}
          </div>
          <a class="small-text" href={treeBefore(event)} aria-label={`Tree just before this (${event.at})`}>
            tree before
          </a>
        </li>
      ))}
    </ol>
  );
}

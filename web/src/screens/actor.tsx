import { api, type ActorTarget } from "../api/routes";
import type { Actor, Breakage, TreeNode } from "../api/types";
import { Actions } from "../components/actions";
import { HistoryList, treeBefore } from "../components/history";
import { Json } from "../components/json";
import { Facts, Loaded, Notice, Page, Panel } from "../components/page";
import { State } from "../components/state";
import { Ago, LongText, Num, Text } from "../components/text";
import { rate } from "../format/numbers";
import { words } from "../format/text";
import { duration } from "../format/time";
import { useRate } from "../state/rate";
import { useResource } from "../state/resource";
import { href, route } from "../state/router";
import { session } from "../state/session";
import { supervision_events } from "../state/live";
import { useEffect } from "preact/hooks";
import { actorActions } from "./actor-actions";

const limit = ({ node }: Actor): string =>
  node.max_restarts ? ` of ${node.max_restarts} in ${duration(node.window_seconds)}` : "";

/** A node's name is `Cart c-17`, its path begins with `command/cart/`. */
function eventsOf(node: TreeNode, search: Record<string, string>): string {
  const type_ends = node.name.indexOf(" ");
  return href(["aggregates", node.path.split("/")[1] ?? "", node.name.slice(0, type_ends), node.name.slice(type_ends + 1)], search);
}

/** The command or the event that broke it, with where to read on. */
function BrokenBy({ node, by }: { node: TreeNode; by: Breakage }) {
  return (
    <p>
      <strong>{by.version ? "Event" : "Command"}:</strong> <code><Text of={by.message_type} max={200} /></code>
      {by.version && <> · <a href={eventsOf(node, { from: by.version, version: by.version })}>version <Num of={by.version} /></a></>}
      {by.request_id && <> · request <code><Text of={by.request_id} max={60} /></code></>}
      {by.trace_id && <> · trace <code><Text of={by.trace_id} max={60} /></code></>}
      {by.request_id && <> · <a href={href(["logs"], { process: node.process, q: by.request_id })}>Its log lines</a></>}
    </p>
  );
}

function NodePanel({ actor, target, at }: { actor: Actor; target: ActorTarget; at: number | undefined }) {
  const { node, aggregate } = actor;
  const per_second = useRate(aggregate?.decided ?? node.command_count, at);
  return (
    <Panel title="Actor">
      {node.last_cause && (
        <Notice tone={node.state === "running" ? "info" : "bad"}>
          <strong>Last cause:</strong> <LongText of={node.last_cause} max={1000} />
          {actor.broken_by && <BrokenBy node={node} by={actor.broken_by} />}
        </Notice>
      )}
      <Facts
        of={[
          ["Kind", words(node.kind)],
          !!node.strategy && ["Strategy", words(node.strategy)],
          ["In this state", <Ago at={node.since} />],
          ["Restarts", <span><Num of={node.restarts} />{node.max_restarts ? <span class="faint"> · {node.restarts_in_window ?? 0}{limit(actor)}</span> : null}</span>],
          node.child_count > 0 && ["Children", <Num of={node.child_count} />],
          node.aggregate_count !== undefined && ["Aggregates", <Num of={node.aggregate_count} />],
          aggregate && ["Version", <span><Num of={aggregate.version} /> <span class="faint">durable <Num of={aggregate.durable_version} /></span></span>],
          aggregate && ["In flight", <span><Num of={aggregate.in_flight} /> <span class="faint">waiting in its mailbox <Num of={aggregate.mailbox} /></span></span>],
          (aggregate ?? node.command_count) !== undefined && ["Commands", <span><Num of={aggregate?.decided ?? node.command_count} /> <span class="faint">{rate(per_second)}/s</span></span>],
          aggregate && ["Lane", <Num of={aggregate.lane} />],
          aggregate && ["Last command", <Ago at={aggregate.last_command_time} />],
          aggregate && ["Aggregate", <a href={href(["aggregates", aggregate.context, aggregate.aggregate_type, aggregate.aggregate_id])}>Its events</a>],
          ["Path", <code class="wrap"><Text of={node.path || node.name} max={300} /></code>],
        ]}
      />
      <Actions of={actorActions(actor, target, node.name || aggregate?.aggregate_id || "actor")} label="What can be done to the actor" />
    </Panel>
  );
}

function StatePanel({ actor }: { actor: Actor }) {
  if (!actor.aggregate) return null;
  const { state } = actor.aggregate;
  return (
    <Panel title="State in memory">
      {state === undefined ? <p class="faint">Hidden: dashboard.payloads is {session.value?.payloads ?? "none"}.</p> : <Json of={state} label="state in memory" />}
    </Panel>
  );
}

function Detail({ actor, target, at }: { actor: Actor; target: ActorTarget; at: number | undefined }) {
  const newest_first = [...actor.history].sort((a, b) => (BigInt(a.sequence) < BigInt(b.sequence) ? 1 : -1));
  const last = newest_first.find(({ happening }) => happening === "crashed");
  return (
    <>
      <NodePanel actor={actor} target={target} at={at} />
      <Panel title="What happened to it" flush aside={last && <a href={treeBefore(last)}>Tree before the last crash</a>}>
        <HistoryList events={newest_first} with_path={false} empty="Nothing is kept of it." />
      </Panel>
      <StatePanel actor={actor} />
    </>
  );
}

/** An event of this actor is shown at once, not at the next round. */
function useEventsOf(actor: Actor | undefined, reload: () => void): void {
  const events = supervision_events.value;
  useEffect(() => {
    if (actor && events.some(({ path, process }) => process === actor.node.process && path === actor.node.path)) reload();
  }, [events]);
}

/** What is stored of an actor that is not there any more. */
function Gone({ target, path }: { target: ActorTarget; path: string }) {
  const history = useResource(`gone:${path}`, (aborted) => api.history({ process: target.process, path, limit: 100 }, aborted), { ready: path !== "", live: true });
  return (
    <>
      <Notice tone="info">
        <strong>It is not there any more.</strong> {"id" in target ? "It is not in memory; its next command loads it from the journal. " : "Its node is gone. "}
        {"id" in target && <a href={href(["aggregates", target.context, target.type, target.id])}>Its events</a>}
      </Notice>
      {path !== "" && (
        <Panel title="What happened to it" flush>
          <Loaded from={history}>{(data) => <HistoryList events={data.events} with_path={false} empty="Nothing is stored of it." />}</Loaded>
        </Panel>
      )}
    </>
  );
}

export function ActorDetail({ target }: { target: ActorTarget }) {
  const key = Object.values(target).join("/");
  const actor = useResource(`actor:${key}`, (aborted) => api.actor({ ...target }, aborted), { live: true });
  useEventsOf(actor.data, actor.reload);
  const named = "id" in target ? target.id : target.node;
  return (
    <Page
      title={actor.data?.node.name || named}
      crumbs={[
        { label: "Supervision tree", href: href(["tree"]) },
        { label: "Process", href: href(["nodes", target.process]) },
      ]}
      aside={actor.data && <State of={actor.data.node.state} />}
    >
      {actor.problem?.status === 404 ? (
        <Gone target={target} path={route.value.query.get("path") ?? actor.data?.node.path ?? ""} />
      ) : (
        <Loaded from={actor}>{(data) => <Detail actor={data} target={target} at={actor.at} />}</Loaded>
      )}
    </Page>
  );
}

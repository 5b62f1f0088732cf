import { ApiError } from "../api/client";
import { api } from "../api/routes";
import type { Actor } from "../api/types";
import { Actions } from "../components/actions";
import { Facts, Loaded, Panel } from "../components/page";
import { State } from "../components/state";
import { Ago, Num } from "../components/text";
import { useResource } from "../state/resource";
import { href } from "../state/router";
import { actorActions } from "./actor-actions";

interface Found {
  process: string;
  actor: Actor;
}

const isAbsent = (problem: unknown): boolean => problem instanceof ApiError && problem.status === 404;

/** Asks every command process that is up; at most one has it in memory. */
async function find(context: string, type: string, id: string, aborted: AbortSignal): Promise<Found | null> {
  const { processes } = await api.processes(aborted);
  const owners = processes.filter(({ role, presence }) => role === "command" && presence === "up");
  const answers = await Promise.all(
    owners.map(async ({ id: process }) => {
      try {
        return { process, actor: await api.actor({ process, context, type, id }, aborted) };
      } catch (problem) {
        if (isAbsent(problem)) return null;
        throw problem;
      }
    }),
  );
  return answers.find((answer) => answer !== null) ?? null;
}

function InMemoryFacts({ found, context, type, id }: { found: Found; context: string; type: string; id: string }) {
  const { actor, process } = found;
  const detail = actor.aggregate;
  return (
    <>
      <Facts
        of={[
          ["State", <State of={actor.node.state} />],
          ["Since", <Ago at={actor.node.since} />],
          ["Restarts", <Num of={actor.node.restarts} />],
          detail && ["Version", <span><Num of={detail.version} /> <span class="faint">durable <Num of={detail.durable_version} /></span></span>],
          detail && ["In flight", <Num of={detail.in_flight} />],
          detail && ["Last command", <Ago at={detail.last_command_time} />],
          ["Actor", <a href={href(["actor", process, context, type, id])}>History and cause</a>],
        ]}
      />
      <Actions of={actorActions(actor, { process, context, type, id }, id)} label="What can be done to the aggregate" />
    </>
  );
}

export function InMemory({ context, type, id }: { context: string; type: string; id: string }) {
  const found = useResource(`memory:${context}/${type}/${id}`, (aborted) => find(context, type, id, aborted), { live: true });
  return (
    <Panel title="In memory">
      <Loaded from={found}>
        {(data) => (data ? <InMemoryFacts found={data} context={context} type={type} id={id} /> : <p class="faint">Not in memory: its next command loads it from the journal.</p>)}
      </Loaded>
    </Panel>
  );
}

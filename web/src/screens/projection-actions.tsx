import { useState } from "preact/hooks";
import { api } from "../api/routes";
import type { Generation, Projection } from "../api/types";
import type { Action } from "../components/actions";
import { ask } from "../components/dialog";
import { Facts, Loaded, Notice } from "../components/page";
import { Text } from "../components/text";
import { exact } from "../format/numbers";
import { duration } from "../format/time";
import { useResource } from "../state/resource";
import { go, href } from "../state/router";

function Plan({ name }: { name: string }) {
  const plan = useResource(`plan:${name}`, (aborted) => api.plan(name, aborted));
  return (
    <div class="stack">
      <p>A new generation is built beside the one that serves queries. Queries notice nothing until you promote it.</p>
      <Loaded from={plan}>
        {(data) => (
          <div class="stack">
          {data.obstacle && <Notice tone="wait"><Text of={data.obstacle} max={300} /></Notice>}
          <Facts
            of={[
              ["Events to apply", <span class="num strong">{exact(data.events)}</span>],
              ["Lanes", exact(data.lanes)],
              ["Version", `${data.from_version} → ${data.to_version}`],
              ["New generation", exact(data.target_generation)],
              ["About", duration(data.estimate_seconds)],
              ["Side effects", "none: reactors are not run"],
            ]}
          />
          </div>
        )}
      </Loaded>
    </div>
  );
}

const askRebuild = ({ name }: Projection): void =>
  ask({
    title: "Rebuild the projection?",
    what: <Plan name={name} />,
    verb: "Rebuild",
    confirm: name,
    run: async (reason, confirm) => {
      const { operation } = await api.rebuild(name, reason, confirm);
      go(href(["operations", operation]));
      return `Rebuild of ${name} started`;
    },
  });

const askPause = ({ name }: Projection): void =>
  ask({
    title: "Pause the projection?",
    what: <p>It stops at its next checkpoint. Queries are still answered, from what it knows, and its lag grows until it goes on.</p>,
    verb: "Pause",
    run: async (reason) => {
      await api.pause(name, reason);
      return `${name} is paused`;
    },
  });

const askUnpause = ({ name }: Projection): void =>
  ask({
    title: "Let the projection go on?",
    what: <p>It catches up from its checkpoint.</p>,
    verb: "Go on",
    run: async (reason) => {
      await api.unpause(name, reason);
      return `${name} goes on`;
    },
  });

const askVerify = ({ name }: Projection, generation: number): void =>
  ask({
    title: `Verify generation ${generation}?`,
    what: <p>Its rows are compared with a fresh fold of the journal. This reads everything and changes nothing.</p>,
    verb: "Verify",
    run: async (reason) => {
      const { id, check } = await api.verify(name, reason, generation);
      go(href(["projections", name, "checks", check ?? id]));
      return "Check started";
    },
  });

function Force({ set }: { set: (value: boolean) => void }) {
  const [on, setOn] = useState(false);
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => {
          setOn(event.currentTarget.checked);
          set(event.currentTarget.checked);
        }}
      />
      Even if it was not verified or is behind
    </label>
  );
}

function askPromote({ name, live_generation }: Projection, { generation }: Generation): void {
  let force = false;
  ask({
    title: `Promote generation ${generation}?`,
    what: <p>Queries are answered from generation {generation} at once. Generation {live_generation} is kept, so that you can roll back.</p>,
    verb: "Promote",
    confirm: name,
    fields: <Force set={(value) => (force = value)} />,
    run: async (reason, confirm) => {
      await api.promote(name, { generation, reason, confirm, ...(force ? { force } : {}) });
      return `Generation ${generation} of ${name} is live`;
    },
  });
}

const askRollback = ({ name, previous_generation }: Projection): void =>
  ask({
    title: `Roll back to generation ${previous_generation ?? "?"}?`,
    what: <p>Queries are answered from the previous generation at once.</p>,
    verb: "Roll back",
    danger: true,
    confirm: name,
    run: async (reason, confirm) => {
      await api.rollback(name, reason, confirm);
      return `${name} was rolled back`;
    },
  });

const askDrop = ({ name }: Projection, { generation }: Generation): void =>
  ask({
    title: `Drop generation ${generation}?`,
    what: <p>Its tables are deleted for good. The events stay: it can be built again.</p>,
    verb: "Drop",
    danger: true,
    confirm: name,
    run: async (reason, confirm) => {
      await api.drop(name, generation, reason, confirm);
      return `Generation ${generation} of ${name} was dropped`;
    },
  });

export const projectionActions = (projection: Projection): Action[] => [
  projection.paused
    ? { label: "Unpause…", needs: "operator", run: () => askUnpause(projection) }
    : { label: "Pause…", needs: "operator", run: () => askPause(projection) },
  { label: "Rebuild…", needs: "admin", run: () => askRebuild(projection) },
  { label: "Verify…", needs: "operator", run: () => askVerify(projection, projection.live_generation) },
  {
    label: "Roll back…",
    needs: "admin",
    danger: true,
    unless: projection.previous_generation === undefined && "There is no previous generation.",
    run: () => askRollback(projection),
  },
];

export const generationActions = (projection: Projection, generation: Generation): Action[] => [
  { label: "Verify…", needs: "operator", run: () => askVerify(projection, generation.generation) },
  { label: "Promote…", needs: "admin", unless: generation.live && "It is live.", run: () => askPromote(projection, generation) },
  { label: "Drop…", needs: "admin", danger: true, unless: generation.live && "It is live.", run: () => askDrop(projection, generation) },
];

export const Lane = ({ context, lane }: { context: string; lane: number }) => (
  <span class="nowrap">
    <Text of={context} max={40} /> <span class="faint num">{lane}</span>
  </span>
);

import { Actions, type Action } from "../components/actions";
import { ask } from "../components/dialog";
import { stateOf } from "../components/operation-rows";
import { Facts, Loaded, Page, Panel } from "../components/page";
import { Progress } from "../components/progress";
import { State } from "../components/state";
import { Copy } from "../components/copy";
import { Ago, LongText, Moment, Num, Text } from "../components/text";
import { api } from "../api/routes";
import type { Operation } from "../api/types";
import { exact, rate } from "../format/numbers";
import { duration } from "../format/time";
import { words } from "../format/text";
import { useResource } from "../state/resource";
import { href } from "../state/router";

function actionsOf(operation: Operation): Action[] {
  return [
    {
      label: "Cancel…",
      needs: "operator",
      danger: true,
      unless: operation.ended_at ? "It has ended." : operation.cancel_asked && "Its cancellation was asked for.",
      run: () =>
        ask({
          title: "Cancel the operation?",
          what: <p>It stops at its next checkpoint and can be resumed from there. What serves queries is not touched.</p>,
          verb: "Cancel it",
          danger: true,
          run: async (reason) => {
            await api.cancel(operation.id, reason);
            return "Cancellation asked for";
          },
        }),
    },
    {
      label: "Resume…",
      needs: "operator",
      unless: !operation.can_resume && "It cannot be resumed: it runs, or is complete.",
      run: () =>
        ask({
          title: "Resume the operation?",
          what: <p>It goes on from its last checkpoint, in the dashboard's process.</p>,
          verb: "Resume it",
          run: async (reason) => {
            await api.resume(operation.id, reason);
            return "Operation resumed";
          },
        }),
    },
  ];
}

function Detail({ operation }: { operation: Operation }) {
  return (
    <>
      <Panel title="Progress">
        <div class="big-progress">
          <Progress share={operation.progress} label="Progress" />
          <p class="num">
            {exact(operation.events)} of {exact(operation.total)} events · {rate(operation.rate_per_second)} per second
            {!operation.ended_at && ` · ${duration(operation.eta_seconds)} to go`}
          </p>
        </div>
        {operation.result && (
          <p>
            <LongText of={operation.result} />
          </p>
        )}
        <Actions of={actionsOf(operation)} label="What can be done to the operation" />
      </Panel>
      <Panel title="Facts">
        <Facts
          of={[
            ["Projection", <a href={href(["projections", operation.projection])}><Text of={operation.projection} /></a>],
            ["Generation", <Num of={operation.generation} />],
            ["Phase", words(operation.phase)],
            ["Worker", <Text of={operation.worker} />],
            ["Started", <Moment at={operation.started_at} />],
            ["Ended", operation.ended_at ? <Moment at={operation.ended_at} /> : <span class="faint">not yet</span>],
            ["Id", <span class="nowrap"><code>{operation.id}</code> <Copy text={operation.id} what="operation id" /></span>],
          ]}
        />
      </Panel>
    </>
  );
}

export function OperationDetail({ id }: { id: string }) {
  const operation = useResource(`operation:${id}`, (aborted) => api.operation(id, aborted), { live: true });
  const title = operation.data ? `${words(operation.data.kind)} of ${operation.data.projection}` : "Operation";
  return (
    <Page
      title={title}
      crumbs={[{ label: "Operations", href: href(["operations"]) }]}
      aside={operation.data && <><State of={stateOf(operation.data)} /> <span class="faint">started <Ago at={operation.data.started_at} /></span></>}
    >
      <Loaded from={operation}>{(data) => <Detail operation={data} />}</Loaded>
    </Page>
  );
}

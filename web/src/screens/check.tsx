import { Json } from "../components/json";
import { Facts, Loaded, Notice, Page, Panel } from "../components/page";
import { Progress } from "../components/progress";
import { State } from "../components/state";
import { LongText, Num } from "../components/text";
import { api } from "../api/routes";
import type { Check, Difference } from "../api/types";
import { approximate, exact } from "../format/numbers";
import { duration } from "../format/time";
import { useResource } from "../state/resource";
import { href } from "../state/router";

const outcome = (check: Check): string =>
  ["running", "failed", "cancelled"].includes(check.state) ? check.state : approximate(check.different) > 0 ? "different" : "equal";

function Differences({ of, title, empty }: { of: (Difference | string)[]; title: string; empty: string }) {
  return (
    <Panel title={title}>
      {of.length === 0 && <p class="faint">{empty}</p>}
      <ul class="plain stack">
        {of.map((difference, index) => (
          <li key={index}>{typeof difference === "string" ? <LongText of={difference} /> : <Json of={difference} label={`difference ${index + 1}`} />}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Detail({ check }: { check: Check }) {
  const total = approximate(check.total);
  return (
    <>
      <Panel title="Check">
        <Progress share={check.state === "running" ? (total > 0 ? approximate(check.events) / total : 0) : 1} label="Progress of the check" />
        <Facts of={[["Events read", <span><Num of={check.events} /> <span class="faint">of <Num of={check.total} /></span></span>], ["Different", <Num of={check.different} />], ["Took", duration(check.seconds)]]} />
        {check.problem && <Notice tone="bad"><LongText of={check.problem} /></Notice>}
      </Panel>
      <Differences of={check.differences} title={`Differences (${exact(check.different)})`} empty={check.state === "running" ? "None so far." : "None: the rows are what the journal says."} />
      {check.left_out.length > 0 && <Differences of={check.left_out} title="Left out" empty="" />}
    </>
  );
}

export function CheckDetail({ projection, id }: { projection: string; id: string }) {
  const check = useResource(`check:${id}`, (aborted) => api.check(id, aborted), { live: true });
  return (
    <Page
      title="Verification"
      crumbs={[
        { label: "Projections", href: href(["projections"]) },
        { label: projection, href: href(["projections", projection]) },
      ]}
      aside={check.data && <State of={outcome(check.data)} />}
    >
      <Loaded from={check}>{(data) => <Detail check={data} />}</Loaded>
    </Page>
  );
}

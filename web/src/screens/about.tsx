import { address } from "../api/client";
import { Shortcuts } from "../components/help";
import { Facts, Page, Panel } from "../components/page";
import { Shape } from "../components/state";
import { Text } from "../components/text";
import { words } from "../format/text";
import { session } from "../state/session";

const states: [string, string][] = [
  ["running", "at work"],
  ["caught_up", "at the head of its journal"],
  ["rebuilding", "a new generation is being built"],
  ["backing_off", "waits before it is started again"],
  ["stalled", "the journal moves on, it does not"],
  ["stale", "its process has not been heard of for 3 s"],
  ["crashed", "ended by a failure"],
  ["dead", "its process has not been heard of for 15 s"],
  ["quarantined", "failed too often, waits for a person"],
  ["paused", "held on purpose"],
  ["stopped", "ended on purpose"],
];

const routes = ["overview", "processes", "tree", "projections", "operations", "parked", "history", "audit"];

export function About() {
  const known = session.value;
  return (
    <Page title="About and help">
      <Panel title="This dashboard">
        <Facts
          of={[
            ["Version", <Text of={known?.version ?? "–"} />],
            ["Your role", known?.role ?? "none"],
            ["Actions", known?.actions ? "on" : "off"],
            ["Payloads", known?.payloads ?? "–"],
          ]}
        />
      </Panel>
      <Panel title="What the shapes mean">
        <dl class="legend">
          {states.map(([state, meaning]) => (
            <div key={state}>
              <dt class="state"><Shape of={state} /> {words(state)}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title="Keys">
        <Shortcuts />
      </Panel>
      <Panel title="Licences">
        <p>
          Keel is under the Apache License 2.0. The dashboard contains Preact, signals, uPlot (MIT) and d3-hierarchy (ISC):{" "}
          <a href="./licences.txt">their licences</a>.
        </p>
      </Panel>
      <Panel title="The same as JSON">
        <ul class="plain columns">
          {routes.map((name) => (
            <li key={name}><a href={address(`/${name}`)}><code>GET api/v1/{name}</code></a></li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

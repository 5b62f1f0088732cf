import { api } from "../api/routes";
import { Deeds } from "../components/deeds";
import { Loaded, Page, Panel } from "../components/page";
import { useResource } from "../state/resource";

export function Audit() {
  const audit = useResource("audit", (aborted) => api.audit({ limit: 500 }, aborted), { live: true });
  return (
    <Page title="Audit">
      <p class="lead">Every action of this dashboard and of the replay tool, and what was refused here: who, what, why, and what came of it.</p>
      <Loaded from={audit}>
        {(data) => (
          <Panel title="Latest 500" flush>
            <Deeds rows={data.deeds} caption="Audit" />
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

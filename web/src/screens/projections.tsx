import { api } from "../api/routes";
import type { Projection } from "../api/types";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { ProjectionTable } from "../components/projection-rows";
import { useTopic } from "../state/resource";
import { useSeries } from "../state/series";

function List({ rows }: { rows: Projection[] }) {
  const seriesOf = useSeries(rows.map(({ name }) => `lag:${name}`));
  return (
    <Panel title="All projections" flush>
      <ProjectionTable rows={rows} lagOf={(name) => seriesOf(`lag:${name}`)} />
    </Panel>
  );
}

export function Projections() {
  const projections = useTopic("projections", api.projections);
  return (
    <Page title="Projections">
      <Loaded from={projections}>
        {(data) => (
          <>
            <Partial of={data.partial} />
            <List rows={data.projections} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

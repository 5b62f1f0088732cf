import { api } from "../api/routes";
import { OperationTable } from "../components/operation-rows";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { useTopic } from "../state/resource";

export function Operations() {
  const operations = useTopic("operations", api.operations);
  return (
    <Page title="Operations">
      <Loaded from={operations}>
        {(data) => (
          <>
            <Partial of={data.partial} />
            <Panel title="Running" flush>
              <OperationTable rows={data.operations.filter((row) => !row.ended_at)} empty="Nothing runs. A rebuild starts on a projection's page." />
            </Panel>
            <Panel title="Ended" flush>
              <OperationTable rows={data.operations.filter((row) => row.ended_at)} empty="Nothing has ended yet." />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

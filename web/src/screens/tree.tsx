import { useEffect, useMemo, useState } from "preact/hooks";
import { HistoryList } from "../components/history";
import { Icon } from "../components/icon";
import { Loaded, Page, Panel, Partial } from "../components/page";
import { Scrubber, setMoment } from "../components/scrubber";
import { TreeGraph } from "../components/tree-graph";
import { TreeGrid } from "../components/tree-grid";
import { api } from "../api/routes";
import type { HistoryEvent } from "../api/types";
import { ago, moment } from "../format/time";
import { announce } from "../state/announcer";
import { now } from "../state/clock";
import { refreshes, supervision_events, want } from "../state/live";
import { useResource } from "../state/resource";
import { route, setQuery } from "../state/router";
import { interval, paused } from "../state/settings";
import { merged, withNews } from "../state/topics";
import { flatten } from "../state/tree";
import { TreeStore, type View } from "../state/tree-store";

function useView(): View {
  const { query } = route.value;
  return {
    process: query.get("process") ?? "",
    at: query.get("at") ?? "",
    words: query.get("q") ?? "",
    unhealthy: query.get("unhealthy") === "yes",
  };
}

function useStore(view: View): TreeStore {
  const store = useMemo(() => new TreeStore(view), [view.process, view.at, view.words, view.unhealthy]);
  useEffect(() => {
    void store.start();
    return () => store.stop();
  }, [store]);
  return store;
}

/** What happens is told by events; this finds what they do not tell, such as counts. */
const reload_at_least_s = 5;

/** Events at once; everything else at the viewer's pace. */
function useUpdates(store: TreeStore): void {
  useEffect(() => want(["tree"]), []);
  const events = supervision_events.value;
  useEffect(() => {
    store.apply(events);
    const last = events[events.length - 1];
    if (last && !store.isPast) announce(`${last.path.slice(-80)} ${last.happening.replaceAll("_", " ")}`);
  }, [events]);
  const every_s = paused.value || store.isPast ? 0 : Math.max(interval.value, reload_at_least_s);
  const again = refreshes.value;
  useEffect(() => {
    if (again > 0) void store.reload();
  }, [again]);
  useEffect(() => {
    if (every_s === 0) return undefined;
    const timer = setInterval(() => void store.reload(), every_s * 1000);
    return () => clearInterval(timer);
  }, [store, every_s]);
}

function Search({ view }: { view: View }) {
  const [words, setWords] = useState(view.words);
  useEffect(() => setWords(view.words), [view.words]);
  useEffect(() => {
    if (words === view.words) return undefined;
    const timer = setTimeout(() => setQuery({ q: words }), 250);
    return () => clearTimeout(timer);
  }, [words]);
  return <input type="search" data-filter placeholder="Find actors by name" aria-label="Find actors by name" value={words} onInput={(event) => setWords(event.currentTarget.value)} />;
}

function Tools({ view, store, tab }: { view: View; store: TreeStore; tab: string }) {
  return (
    <div class="filters">
      <div class="tabs" role="group" aria-label="How the tree is shown">
        <button type="button" aria-pressed={tab === "list"} onClick={() => setQuery({ tab: undefined })}>List</button>
        <button type="button" aria-pressed={tab === "graph"} onClick={() => setQuery({ tab: "graph" })}>Graph</button>
      </div>
      <Search view={view} />
      <label class="check">
        <input type="checkbox" checked={view.unhealthy} onChange={(event) => setQuery({ unhealthy: event.currentTarget.checked ? "yes" : undefined })} />
        Only unhealthy
      </label>
      <span class="buttons">
        <button type="button" class="small" onClick={() => store.expandAll()}>Expand all</button>
        <button type="button" class="small" onClick={() => store.collapseAll()}>Collapse all</button>
      </span>
      {view.process && (
        <button type="button" class="small" onClick={() => setQuery({ process: undefined })}>
          <Icon name="close" size={12} /> Of one process only
        </button>
      )}
    </div>
  );
}

function Past({ at }: { at: string }) {
  return (
    <div class="past" role="status">
      <Icon name="operations" />
      <span>
        <strong>Past.</strong> The tree as it was at <span class="num">{moment(at, true)}</span>, {ago(at, now.value)}.
      </span>
      <button type="button" class="small" onClick={() => setMoment(undefined)}>Back to now</button>
    </div>
  );
}

const happenings_shown = 12;

/** What was told while this screen is open: it gets into the stored history a moment later. */
function useNews(view: View): HistoryEvent[] {
  const [news, setNews] = useState<HistoryEvent[]>([]);
  const told = supervision_events.value;
  useEffect(() => setNews((before) => merged(before, told)), [told]);
  return view.at ? [] : news.filter(({ process }) => !view.process || process === view.process);
}

function Happenings({ view }: { view: View }) {
  const news = useNews(view);
  const history = useResource(`history:${view.process}:${view.at}`, (aborted) => api.history({ process: view.process, before: view.at, limit: happenings_shown }, aborted), { live: view.at === "" });
  return (
    <Panel title={view.at ? "What happened before" : "What happens"} flush>
      <Loaded from={history}>{(data) => <HistoryList events={withNews(data.events, news, happenings_shown)} empty="Nothing has happened yet." />}</Loaded>
    </Panel>
  );
}

function Shown({ view, store, tab }: { view: View; store: TreeStore; tab: string }) {
  const branches = store.branches.value;
  const open = store.open.value;
  const rows = useMemo(() => flatten(branches, open), [branches, open]);
  const empty = store.searching ? "No actor matches." : view.at ? "No process was known at that moment." : "No process is known.";
  return (
    <div class="stack">
      <Partial of={store.partial.value} />
      <Panel title={tab === "graph" ? "Graph" : "Actors"} flush className={view.at ? "panel-past" : ""}>
        {rows.length === 0 ? <div class="empty">{empty}</div> : tab === "graph" ? <TreeGraph store={store} /> : <TreeGrid rows={rows} store={store} label="Supervision tree" />}
        {store.truncated.value && <p class="faint pager">There is more: narrow the search.</p>}
      </Panel>
    </div>
  );
}

export function Tree() {
  const view = useView();
  const store = useStore(view);
  useUpdates(store);
  const tab = route.value.query.get("tab") === "graph" ? "graph" : "list";
  return (
    <Page title="Supervision tree">
      <Scrubber process={view.process} />
      {view.at && <Past at={view.at} />}
      <Tools view={view} store={store} tab={tab} />
      <div class="tree-layout">
        <Shown view={view} store={store} tab={tab} />
        <Happenings view={view} />
      </div>
    </Page>
  );
}

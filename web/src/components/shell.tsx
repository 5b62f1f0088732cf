import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Overview } from "../api/types";
import { ago } from "../format/time";
import { announcement } from "../state/announcer";
import { now } from "../state/clock";
import { connection, topics, updated_at } from "../state/live";
import { href, route } from "../state/router";
import { groups, type Place } from "../state/screens";
import { logOut, session } from "../state/session";
import { interval, intervals, nextTheme, setInterval_, theme, togglePause, type Interval } from "../state/settings";
import { Icon } from "./icon";
import { Logo } from "./logo";
import { palette_open } from "./palette";
import { State } from "./state";

const menu_open = signal(false);

/** What the navigation counts beside a place: only what may need a look. */
function badgeOf(path: string): number {
  const facts = topics.value.overview as Overview | undefined;
  if (!facts) return 0;
  if (path === "tree") return facts.unhealthy.length;
  if (path === "parked") return facts.projections.reduce((sum, projection) => sum + projection.parked_aggregates, 0);
  if (path === "operations") return facts.operations.filter((operation) => !operation.ended_at).length;
  if (path === "nodes") return facts.processes.filter(({ presence }) => presence === "stale" || presence === "dead").length;
  return 0;
}

function Entry({ place }: { place: Place }) {
  const current = (route.value.parts[0] ?? "") === place.path || (place.path === "tree" && route.value.parts[0] === "actor");
  const count = badgeOf(place.path);
  return (
    <li>
      <a href={href([place.path].filter(Boolean))} aria-current={current ? "page" : undefined} onClick={() => (menu_open.value = false)}>
        <Icon name={place.icon} />
        <span>{place.name}</span>
        {count > 0 && <span class={`count count-${place.path}`}>{count > 999 ? "999+" : count}</span>}
      </a>
    </li>
  );
}

function Navigation() {
  return (
    <nav class={`side ${menu_open.value ? "side-open" : ""}`} aria-label="Main" id="navigation">
      <a class="brand" href={href([])} aria-label="Keel, overview">
        <Logo />
        <span>Keel</span>
      </a>
      {groups.map((group) => (
        <div key={group.name} class="side-group">
          <h2>{group.name}</h2>
          <ul>
            {group.places.map((place) => (
              <Entry key={place.path} place={place} />
            ))}
          </ul>
        </div>
      ))}
      <Who />
    </nav>
  );
}

function Who() {
  const known = session.value;
  if (!known) return null;
  return (
    <div class="who">
      <span>
        <span class="strong">{known.role ?? "nobody"}</span>
        <span class="faint"> · actions {known.actions ? "on" : "off"}</span>
      </span>
      {known.login_required && (
        <button type="button" class="link" onClick={() => void logOut()}>
          Log out
        </button>
      )}
    </div>
  );
}

function Freshness() {
  const at = updated_at.value;
  const state = connection.value;
  const word = { live: "live", connecting: "connecting", lost: "stale", paused: "paused" }[state];
  return (
    <span class="freshness" data-connection={state}>
      <State of={word} />
      <span class="faint num updated">{at === undefined ? "waiting" : `Updated ${ago(at, now.value)}`}</span>
    </span>
  );
}

const names: Record<Interval, string> = { 0: "Paused", 1: "1 s", 2: "2 s", 5: "5 s", 10: "10 s", 30: "30 s", 60: "60 s" };

function Pace() {
  const is_paused = interval.value === 0;
  return (
    <span class="pace">
      <button type="button" class="quiet" aria-pressed={is_paused} aria-label="Pause updates" title={is_paused ? "Go on (r)" : "Pause updates (r)"} onClick={togglePause}>
        <Icon name={is_paused ? "play" : "pause"} />
      </button>
      <select aria-label="Update interval" value={String(interval.value)} onChange={(event) => setInterval_(Number(event.currentTarget.value) as Interval)}>
        {intervals.map((seconds) => (
          <option key={seconds} value={String(seconds)}>
            {names[seconds]}
          </option>
        ))}
      </select>
    </span>
  );
}

function TopBar() {
  return (
    <div class="top" role="region" aria-label="Updates and tools">
      <button type="button" class="quiet menu-button" aria-expanded={menu_open.value} aria-controls="navigation" aria-label="Menu" onClick={() => (menu_open.value = !menu_open.value)}>
        <Icon name="menu" />
      </button>
      <button type="button" class="search-button" onClick={() => (palette_open.value = true)}>
        <Icon name="search" />
        <span>Go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span class="top-space" />
      <Freshness />
      <Pace />
      <button type="button" class="quiet" aria-label={`Theme: ${theme.value}`} title={`Theme: ${theme.value} (t)`} onClick={() => void nextTheme()}>
        <Icon name={theme.value} />
      </button>
    </div>
  );
}

/** The frame around every screen. A new place gets the focus on its title; the first one does not take it. */
export function Shell({ children }: { children: ComponentChildren }) {
  const place = route.value.parts.join("/");
  const first = useRef(true);
  useEffect(() => {
    menu_open.value = false;
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    document.getElementById("title")?.focus({ preventScroll: true });
  }, [place]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("title")?.focus();
        }}
      >
        Skip to content
      </a>
      <Navigation />
      <div class="body">
        <TopBar />
        <main id="main" data-place={place}>{children}</main>
      </div>
      <div class="visually-hidden" aria-live="polite" role="status" id="announcements">
        {announcement.value}
      </div>
    </div>
  );
}

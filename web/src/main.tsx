import { render } from "preact";
import { App } from "./app";
import { help_open } from "./components/help";
import { palette_open } from "./components/palette";
import { announce } from "./state/announcer";
import { startClock } from "./state/clock";
import { addShortcuts, startKeys } from "./state/keys";
import { startLive } from "./state/live";
import { go, href, startRouter } from "./state/router";
import { places } from "./state/screens";
import { loadSession, watchLogins } from "./state/session";
import { applyTheme, interval, nextTheme, togglePause } from "./state/settings";
import "uplot/dist/uPlot.min.css";
import "./styles/index.css";

const focusFilter = (): void => document.querySelector<HTMLElement>("[data-filter]")?.focus();

addShortcuts([
  ...places.map(({ path, name, key }) => ({ keys: `g ${key}`, does: name, run: () => go(href([path].filter(Boolean))) })),
  { keys: "mod+k", does: "go to, find, or do", run: () => (palette_open.value = true) },
  { keys: "/", does: "filter of this screen", run: focusFilter },
  {
    keys: "r",
    does: "pause updates, or go on",
    run: () => {
      togglePause();
      announce(interval.value === 0 ? "Updates paused" : "Updates go on");
    },
  },
  { keys: "t", does: "theme: system, light, dark", run: () => announce(`Theme ${nextTheme()}`) },
  { keys: "?", does: "these keys", run: () => (help_open.value = true) },
]);

applyTheme();
startClock();
startRouter();
startKeys();
watchLogins();
startLive();
void loadSession();

const place = document.getElementById("app");
if (place) render(<App />, place);

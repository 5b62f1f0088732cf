import { useEffect, useState } from "preact/hooks";
import { api } from "../api/routes";
import type { HistoryEvent } from "../api/types";
import { ago, moment } from "../format/time";
import { now } from "../state/clock";
import { useResource } from "../state/resource";
import { route, setQuery } from "../state/router";
import { Icon } from "./icon";
import { toneOf } from "./state";

const spans: [string, number][] = [["15 min", 900], ["1 h", 3600], ["6 h", 21600], ["24 h", 86400], ["7 d", 604800]];
const bins = 90;

interface Bin {
  all: number;
  bad: number;
}

function binned(events: HistoryEvent[], from: number, to: number): Bin[] {
  const counted = Array.from({ length: bins }, (): Bin => ({ all: 0, bad: 0 }));
  for (const event of events) {
    const bin = counted[Math.floor(((Date.parse(event.at) - from) / (to - from)) * bins)];
    if (!bin) continue;
    bin.all += 1;
    if (toneOf(event.happening) === "bad" || toneOf(event.happening) === "held") bin.bad += 1;
  }
  return counted;
}

function Density({ events, from, to }: { events: HistoryEvent[]; from: number; to: number }) {
  const counted = binned(events, from, to);
  const top = Math.log2(Math.max(...counted.map(({ all }) => all), 1) + 1);
  const tall = (count: number): number => (count === 0 ? 0 : Math.max(4, (Math.log2(count + 1) / top) * 30));
  return (
    <svg class="density" viewBox={`0 0 ${bins} 32`} preserveAspectRatio="none" aria-hidden="true">
      {counted.map(({ all, bad }, index) => (
        <g key={index}>
          {all > 0 && <rect x={index + 0.12} width={0.76} y={32 - tall(all)} height={tall(all)} class="bar" />}
          {bad > 0 && <rect x={index + 0.12} width={0.76} y={32 - tall(bad)} height={tall(bad)} class="bar-bad" />}
        </g>
      ))}
    </svg>
  );
}

const toIso = (ms: number): string => new Date(ms).toISOString();
export const setMoment = (at: string | undefined): void => setQuery({ at });

function Steps({ events, at }: { events: HistoryEvent[]; at: number }) {
  const times = events.map((event) => event.at);
  const earlier = times.find((time) => Date.parse(time) < at);
  const later = [...times].reverse().find((time) => Date.parse(time) > at);
  return (
    <div class="buttons">
      <button type="button" class="small" aria-disabled={!earlier} onClick={() => earlier && setMoment(earlier)}>
        <Icon name="back" size={12} /> Event before
      </button>
      <button type="button" class="small" aria-disabled={!later} onClick={() => later && setMoment(later)}>
        Event after <Icon name="chevron" size={12} />
      </button>
      <button type="button" class="small" aria-disabled={!route.value.query.get("at")} onClick={() => setMoment(undefined)}>
        Now
      </button>
    </div>
  );
}

/** Chooses the moment of the tree, over the stored history. */
export function Scrubber({ process }: { process: string }) {
  const chosen = route.value.query.get("at") ?? "";
  const [span, setSpan] = useState(900);
  const [dragged, setDragged] = useState<number | undefined>();
  const to = now.value;
  const at = chosen ? Date.parse(chosen) : to;
  const from = Math.min(to - span * 1000, at - span * 50);
  const history = useResource(`scrubber:${process}:${span}:${chosen === "" ? "" : Math.floor(from / 60000)}`, (aborted) => api.history({ process, after: toIso(from), limit: 1000 }, aborted), { live: true, at_least_s: 15 });
  useEffect(() => setDragged(undefined), [chosen]);
  const shown = dragged ?? at;
  const events = history.data?.events ?? [];
  return (
    <section class="scrubber" aria-label="Moment of the tree">
      <div class="scrubber-line">
        <Density events={events} from={from} to={to} />
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={chosen || dragged !== undefined ? `${moment(shown)}, ${ago(shown, to)}` : "now"}
          min={from}
          max={to}
          step={Math.max(1, Math.round(span))}
          value={shown}
          onInput={(event) => setDragged(Number(event.currentTarget.value))}
          onChange={(event) => {
            const ms = Number(event.currentTarget.value);
            setMoment(ms >= to - span * 10 ? undefined : toIso(ms));
          }}
        />
        <div class="scrubber-ends faint num">
          <span>{moment(from)}</span>
          <span>{dragged !== undefined ? moment(dragged) : history.data?.oldest_at ? `stored since ${moment(history.data.oldest_at)}` : ""}</span>
          <span>now</span>
        </div>
      </div>
      <div class="scrubber-tools">
        <Steps events={events} at={at} />
        <label class="inline-field">
          Span
          <select value={String(span)} onChange={(event) => setSpan(Number(event.currentTarget.value))}>
            {spans.map(([label, seconds]) => (
              <option key={label} value={String(seconds)}>{label}</option>
            ))}
          </select>
        </label>
      </div>
    </section>
  );
}

import uPlot from "uplot";
import { useEffect, useRef, useState } from "preact/hooks";
import { short } from "../format/numbers";
import { clock } from "../format/time";
import { is_dark } from "../state/settings";
import type { Points } from "./sparkline";

export interface Line {
  label: string;
  points: Points;
}

const height = 168;

/** One time axis for all lines: uPlot wants columns. */
function columns(lines: Line[]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
  const values = lines.map((line) => {
    const known = new Map(line.points);
    return times.map((at) => known.get(at) ?? null);
  });
  return [times.map((at) => at / 1000), ...values];
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function axis(extra: uPlot.Axis): uPlot.Axis {
  return { stroke: token("--ink-2"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif", ...extra };
}

/** Seconds only where labels are less than a minute apart; nothing while there is no time to speak of. */
const times = (plot: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] =>
  ticks.map((at) => (plot.data[0].length < 2 ? "" : clock(at * 1000, false).slice(0, step < 60 ? 8 : 5)));

const dashes: (number[] | undefined)[] = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]];

function options(lines: Line[], width: number, hovered: (index: number | undefined) => void): uPlot.Options {
  return {
    width,
    height,
    padding: [8, 18, 0, 0],
    cursor: { y: false, points: { size: 6 } },
    legend: { show: false },
    hooks: { setCursor: [({ cursor }) => hovered(cursor.idx ?? undefined)] },
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      axis({ values: times, space: 70, size: 30 }),
      axis({ values: (_plot, ticks) => ticks.map(short), size: 46, space: 32 }),
    ],
    series: [
      {},
      ...lines.map((_line, index): uPlot.Series => {
        const dash = dashes[index % dashes.length];
        return {
          stroke: token(`--series-${(index % 4) + 1}`),
          width: 1.5,
          points: { show: false },
          ...(dash ? { dash } : {}),
          ...(lines.length === 1 ? { fill: token("--series-fill") } : {}),
        };
      }),
    ],
  };
}

const latest = (points: Points): number | null => points[points.length - 1]?.[1] ?? null;

const spoken = (lines: Line[]): string =>
  lines.map((line) => `${line.label}: ${latest(line.points) === null ? "unknown" : short(latest(line.points) ?? 0)}`).join("; ");

/** What each line is, and its value under the pointer, or now. */
function Legend({ lines, data, at }: { lines: Line[]; data: uPlot.AlignedData; at: number | undefined }) {
  const time = at === undefined ? undefined : data[0][at];
  return (
    <ul class="chart-legend">
      {lines.map((line, index) => {
        const value = at === undefined ? latest(line.points) : (data[index + 1]?.[at] ?? null);
        return (
          <li key={line.label}>
            {lines.length > 1 && (
              <svg width="18" height="6" aria-hidden="true" class={`series-${(index % 4) + 1}`}>
                <path d="M0 3h18" stroke-dasharray={dashes[index % dashes.length]?.join(" ")} />
              </svg>
            )}
            {line.label} <span class="num strong">{value === null ? "–" : short(value)}</span>
          </li>
        );
      })}
      <li class="num">{time === undefined ? "now" : clock(time * 1000, false)}</li>
    </ul>
  );
}

/** Lines over time. The numbers beside it are its text; the drawing itself says the latest of each line. */
export function Chart({ title, lines }: { title: string; lines: Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const names = lines.map((line) => line.label).join();
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = columns(lines);
  const dark = is_dark.value;
  const [hovered, setHovered] = useState<number | undefined>();

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    plot.current = new uPlot(options(lines, element.clientWidth, setHovered), data.current, element);
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [names, dark]);

  useEffect(() => plot.current?.setData(data.current), [lines]);

  const empty = lines.every((line) => line.points.length < 2);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <Legend lines={lines} data={data.current} at={hovered} />
      <div class="chart-place" ref={place} role="img" aria-label={`${title}, now ${spoken(lines)}`} />
      {empty && <p class="chart-empty">Filling: points are taken while somebody watches.</p>}
    </figure>
  );
}

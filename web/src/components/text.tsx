import { useState } from "preact/hooks";
import { exact } from "../format/numbers";
import { ago, brief, moment } from "../format/time";
import { clip, visible } from "../format/text";
import { now } from "../state/clock";

/** Text that others chose, isolated in its direction, at most `max` characters of it. */
export function Text({ of, max = 160 }: { of: string; max?: number }) {
  const shown = visible(clip(of, max));
  if (of.length <= max) return <bdi class="text">{shown}</bdi>;
  return (
    <bdi class="text" title={`${exact(of.length)} characters`}>
      {shown}…
    </bdi>
  );
}

const most_shown = 50_000;

/** The same with a button that shows the rest, up to 50,000 characters. */
export function LongText({ of, max = 600 }: { of: string; max?: number }) {
  const [open, setOpen] = useState(false);
  if (of.length <= max) return <bdi class="text long">{visible(of)}</bdi>;
  const rest = of.length > most_shown ? `${exact(most_shown)} of ${exact(of.length)} characters` : `all ${exact(of.length)} characters`;
  return (
    <span class="long-text">
      <bdi class="text long">{visible(clip(of, open ? most_shown : max))}…</bdi>
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Show less" : `Show ${rest}`}
      </button>
    </span>
  );
}

/** A number of which every digit counts. */
export const Num = ({ of }: { of: string | number | undefined }) => <span class="num">{of === undefined ? "–" : exact(of)}</span>;

/** How long ago, with the moment itself on hover. */
export function Ago({ at }: { at: string | undefined }) {
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={`${moment(at, true)} (${at})`} class="num nowrap">
      {ago(at, now.value)}
    </time>
  );
}

/** The moment itself, without its date when that is today's. */
export function Brief({ at }: { at: string }) {
  return (
    <time dateTime={at} title={`${moment(at, true)} (${at})`} class="num nowrap">
      {brief(at, now.value)}
    </time>
  );
}

/** The moment itself, in the viewer's time zone. */
export function Moment({ at, fine = false }: { at: string | undefined; fine?: boolean }) {
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={at} class="num nowrap">
      {moment(at, fine)}
    </time>
  );
}

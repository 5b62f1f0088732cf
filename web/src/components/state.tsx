import type { ComponentChild } from "preact";
import { words } from "../format/text";

/** How something is, told by a shape and a word; the colour only helps. */
type Tone = "good" | "busy" | "wait" | "bad" | "held" | "off";

interface Look {
  tone: Tone;
  shape: ComponentChild;
}

const disc = <circle cx="6" cy="6" r="4.2" fill="currentColor" />;
const ring = <circle cx="6" cy="6" r="3.7" class="stroke" />;
const ticked = <path d="M1.8 6.4 4.7 9.2 10.2 3" class="stroke" />;
const half = [<circle cx="6" cy="6" r="4" class="stroke" />, <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />];
const arc = <path d="M9.7 6A3.7 3.7 0 1 1 7.6 2.7M7 .9 9.1 2.9 6.7 4.5" class="stroke" />;
const cross = <path d="M2.3 2.3 9.7 9.7M9.7 2.3 2.3 9.7" class="stroke thick" />;
const bars = <path d="M4 2.200v7.600M8 2.200v7.6" class="stroke thick" />;
const triangle = <path d="M6 1.4 11.2 10.600H.8z" fill="currentColor" />;
const octagon = <path d="M4 1h4l3 3v4l-3 3H4L1 8V4zM3.5 5.200v1.600h5V5.200z" fill="currentColor" fill-rule="evenodd" />;
const square = <path d="M2.3 2.300h7.400v7.400H2.300z" class="stroke" />;
const dashes = <circle cx="6" cy="6" r="4" class="stroke dashed" />;
const diamond = <path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor" />;

const looks: Record<string, Look> = {
  running: { tone: "good", shape: disc },
  up: { tone: "good", shape: disc },
  ready: { tone: "good", shape: disc },
  live: { tone: "good", shape: disc },
  caught_up: { tone: "good", shape: ticked },
  succeeded: { tone: "good", shape: ticked },
  done: { tone: "good", shape: ticked },
  finished: { tone: "good", shape: ticked },
  verified: { tone: "good", shape: ticked },
  equal: { tone: "good", shape: ticked },
  started: { tone: "good", shape: disc },
  restarted: { tone: "good", shape: arc },
  recovered: { tone: "good", shape: ticked },
  rebuilding: { tone: "busy", shape: arc },
  filling: { tone: "busy", shape: arc },
  candidate: { tone: "good", shape: ring },
  cancelling: { tone: "wait", shape: half },
  abandoned: { tone: "off", shape: square },
  dropped: { tone: "off", shape: square },
  building: { tone: "busy", shape: arc },
  verifying: { tone: "busy", shape: arc },
  connecting: { tone: "busy", shape: ring },
  queued: { tone: "busy", shape: ring },
  backing_off: { tone: "wait", shape: half },
  stalled: { tone: "wait", shape: triangle },
  stale: { tone: "wait", shape: dashes },
  not_ready: { tone: "wait", shape: triangle },
  interrupted: { tone: "wait", shape: triangle },
  crashed: { tone: "bad", shape: cross },
  faulted: { tone: "bad", shape: cross },
  failed: { tone: "bad", shape: cross },
  different: { tone: "bad", shape: cross },
  escalated: { tone: "bad", shape: diamond },
  quarantined: { tone: "held", shape: octagon },
  parked: { tone: "held", shape: octagon },
  paused: { tone: "off", shape: bars },
  stopped: { tone: "off", shape: square },
  cancelled: { tone: "off", shape: square },
  discarded: { tone: "off", shape: square },
  retired: { tone: "off", shape: square },
  previous: { tone: "off", shape: ring },
  dead: { tone: "bad", shape: dashes },
};

const unknown: Look = { tone: "off", shape: ring };
const lookOf = (state: string): Look => looks[state.toLowerCase()] ?? unknown;

export const toneOf = (state: string): Tone => lookOf(state).tone;
export const isTroubled = (state: string): boolean => ["bad", "wait", "held"].includes(toneOf(state));

/** The shape alone, for drawings that carry their words elsewhere. */
export function Shape({ of }: { of: string }) {
  const look = lookOf(of);
  return (
    <svg class={`shape tone-${look.tone}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {look.shape}
    </svg>
  );
}

export function State({ of, detail }: { of: string; detail?: string | undefined }) {
  return (
    <span class={`state tone-${toneOf(of)}`} data-state={of}>
      <Shape of={of} />
      <span class="state-word">
        {words(of)}
        {detail && <span class="state-detail"> {detail}</span>}
      </span>
    </span>
  );
}

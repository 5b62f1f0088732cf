import { useEffect, useRef, useState } from "preact/hooks";
import type { Process } from "../api/types";
import { Icon } from "../components/icon";
import { Page } from "../components/page";
import { ProcessPicker, useChosenProcess } from "../components/process-picker";
import { State } from "../components/state";
import { LongText, Text } from "../components/text";
import { exact } from "../format/numbers";
import { clock } from "../format/time";
import { LogTail, type LogLine } from "../state/log";
import { route, setQuery } from "../state/router";
import { paused } from "../state/settings";

const levels = ["debug", "info", "warn", "error"];
const shown = 500;

function useTail(process: string, level: string, held: boolean): { lines: LogLine[]; connected: boolean } {
  const [seen, setSeen] = useState<{ lines: LogLine[]; connected: boolean }>({ lines: [], connected: false });
  const tail = useRef<LogTail>();
  const closed = held || paused.value;
  useEffect(() => {
    setSeen({ lines: [], connected: false });
    if (!process) return undefined;
    tail.current = new LogTail(process, level, (lines, connected) => setSeen({ lines, connected }));
    tail.current.open(200);
    return () => tail.current?.close();
  }, [process, level]);
  const was_closed = useRef(false);
  useEffect(() => {
    if (closed) tail.current?.close();
    else if (was_closed.current) tail.current?.resume();
    was_closed.current = closed;
  }, [closed]);
  return seen;
}

function Line({ line }: { line: LogLine }) {
  if (line.level === "gap")
    return (
      <li class="log-gap">
        <Text of={line.message} />
      </li>
    );
  return (
    <li class={`log-line log-${line.level}`}>
      <span class="log-at num" title={line.at}>
        {line.at ? clock(line.at) : ""}
      </span>
      <span class="log-level">{line.level}</span>
      <span class="log-text">
        <LongText of={line.message} max={500} />{" "}
        {line.fields.map(([name, value]) => (
          <span key={name} class="log-field">
            <Text of={name} max={40} />=<Text of={value} max={200} />
          </span>
        ))}
      </span>
    </li>
  );
}

/** Stays at the end while the reader is there, and leaves the reader alone otherwise. */
function Lines({ lines }: { lines: LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const at_end = useRef(true);
  useEffect(() => {
    if (box.current && at_end.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const scrolled = ({ currentTarget: { scrollTop, clientHeight, scrollHeight } }: { currentTarget: HTMLDivElement }): void => {
    at_end.current = scrollTop + clientHeight > scrollHeight - 30;
  };
  return (
    <div class="log" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label="Log lines, oldest first">
      <ol>
        {lines.map((line) => (
          <Line key={line.number} line={line} />
        ))}
      </ol>
    </div>
  );
}

function Tail({ process }: { process: Process }) {
  const [words, setWords] = useState(route.value.query.get("q") ?? "");
  const [held, setHeld] = useState(false);
  const level = route.value.query.get("level") ?? "";
  const { lines, connected } = useTail(process.id, level, held);
  const wanted = words.toLowerCase();
  const matching = wanted === "" ? lines : lines.filter((line) => line.level === "gap" || line.text.includes(wanted));
  return (
    <>
      <div class="filters">
        <input type="search" data-filter placeholder="Only lines that contain…" aria-label="Only lines that contain" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        <label class="inline-field">
          Level
          <select value={level} onChange={(event) => setQuery({ level: event.currentTarget.value })}>
            <option value="">all that is logged</option>
            {levels.map((name) => (
              <option key={name} value={name}>
                {name} and worse
              </option>
            ))}
          </select>
        </label>
        <button type="button" aria-pressed={held} onClick={() => setHeld(!held)}>
          <Icon name={held ? "play" : "pause"} /> {held ? "Go on" : "Hold"}
        </button>
        <span class="faint num">{exact(matching.length)} lines</span>
        {held || paused.value ? <State of="paused" /> : <State of={connected ? "live" : "connecting"} />}
      </div>
      {matching.length === 0 ? <div class="empty panel">{connected ? "Nothing yet: lines appear as they are written." : "Waiting for the process…"}</div> : <Lines lines={matching.slice(-shown)} />}
    </>
  );
}

export function Logs() {
  const { chosen, all, problem } = useChosenProcess();
  return (
    <Page title="Logs" tools={<ProcessPicker all={all} chosen={chosen} />}>
      {chosen ? <Tail key={chosen.id} process={chosen} /> : <div class="empty panel">{problem ?? "No such process is known."}</div>}
    </Page>
  );
}

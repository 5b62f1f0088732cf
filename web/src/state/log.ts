import { address, withQuery } from "../api/client";
import { pathPart } from "../format/text";

/** One line of a process's log, or a place where lines are missing. */
export interface LogLine {
  number: number;
  at: string;
  level: string;
  message: string;
  fields: [string, string][];
  /** In lower case, for the filter. */
  text: string;
}

const kept = 2000;

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value) ?? "");

/** Reads a line that is a JSON object; anything else becomes its own message. */
export function readLine(number: number, raw: string): LogLine {
  try {
    const { ts, level, msg, ...rest } = JSON.parse(raw) as Record<string, unknown>;
    const fields = Object.entries(rest).map(([name, value]): [string, string] => [name, text(value)]);
    return { number, at: text(ts ?? ""), level: text(level ?? "info"), message: text(msg ?? ""), fields, text: raw.toLowerCase() };
  } catch {
    return { number, at: "", level: "info", message: raw, fields: [], text: raw.toLowerCase() };
  }
}

const gap = (number: number, message: string): LogLine => ({ number, at: "", level: "gap", message, fields: [], text: "" });

/** Follows the log of one process; a stream that breaks is opened again, and the break is shown as a line. */
export class LogTail {
  private readonly lines: LogLine[] = [];
  private source: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pending: ReturnType<typeof setTimeout> | undefined;
  private count = 0;

  constructor(
    private readonly process: string,
    private readonly level: string,
    private readonly show: (lines: LogLine[], connected: boolean) => void,
  ) {}

  open(backlog: number): void {
    const source = new EventSource(address(withQuery(`/processes/${pathPart(this.process)}/logs`, { level: this.level, backlog })));
    this.source = source;
    source.onopen = () => this.showSoon();
    source.addEventListener("line", (event) => this.add(readLine(this.next(), (event as MessageEvent<string>).data)));
    source.addEventListener("missed", (event) => this.add(gap(this.next(), missedText((event as MessageEvent<string>).data))));
    source.onerror = () => this.broken();
  }

  close(): void {
    clearTimeout(this.retry);
    clearTimeout(this.pending);
    this.pending = undefined;
    this.source?.close();
    this.source = undefined;
  }

  /** Closed on purpose for a while: what is logged meanwhile is missing. */
  resume(): void {
    this.add(gap(this.next(), "Paused: lines are missing here"));
    this.open(0);
  }

  private next(): number {
    this.count += 1;
    return this.count;
  }

  private broken(): void {
    this.close();
    const last = this.lines[this.lines.length - 1];
    if (last && last.level !== "gap") this.add(gap(this.next(), "The stream broke: lines may be missing here"));
    this.showSoon();
    this.retry = setTimeout(() => this.open(this.lines.length === 0 ? 200 : 0), 2000);
  }

  private add(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > 2 * kept) this.lines.splice(0, this.lines.length - kept);
    this.showSoon();
  }

  private showSoon(): void {
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      this.show(this.lines.slice(-kept), this.source?.readyState === EventSource.OPEN);
    }, 100);
  }
}

function missedText(data: string): string {
  try {
    return `${(JSON.parse(data) as { missed: number }).missed} lines were missed here`;
  } catch {
    return "Lines were missed here";
  }
}

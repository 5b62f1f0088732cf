import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Missing } from "../api/types";
import type { Resource } from "../state/resource";
import { Icon } from "./icon";
import { Text } from "./text";

export interface Crumb {
  label: string;
  href: string;
}

interface PageOptions {
  title: string;
  crumbs?: Crumb[];
  /** Beside the title: a state, a count. */
  aside?: ComponentChildren;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

/** One screen: its title is the page's and gets the focus when one arrives. */
export function Page({ title, crumbs = [], aside, tools, children }: PageOptions) {
  useEffect(() => {
    document.title = `${title} · Keel`;
  }, [title]);
  return (
    <div class="page">
      <header class="page-head">
        {crumbs.length > 0 && (
          <nav class="crumbs" aria-label="Breadcrumbs">
            {crumbs.map(({ label, href }) => (
              <span key={href}>
                <a href={href}>
                  <Text of={label} max={60} />
                </a>
                <span aria-hidden="true"> / </span>
              </span>
            ))}
          </nav>
        )}
        <div class="page-title">
          <h1 tabIndex={-1} id="title">
            <Text of={title} max={120} />
          </h1>
          {aside}
          {tools && <div class="page-tools">{tools}</div>}
        </div>
      </header>
      {children}
    </div>
  );
}

interface PanelOptions {
  title: string;
  aside?: ComponentChildren;
  /** Without room around the content: tables reach the edge. */
  flush?: boolean;
  className?: string;
  children: ComponentChildren;
}

export function Panel({ title, aside, flush = false, className = "", children }: PanelOptions) {
  return (
    <section class={`panel ${flush ? "flush" : ""} ${className}`} aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {aside && <div class="panel-aside">{aside}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

export type Fact = [string, ComponentChildren];

export function Facts({ of }: { of: (Fact | false | undefined)[] }) {
  return (
    <dl class="facts">
      {of
        .filter((fact): fact is Fact => !!fact)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading…</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function Notice({ tone, children }: { tone: "bad" | "wait" | "info"; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "note"}>
      <Icon name={tone === "info" ? "about" : "warning"} />
      <div>{children}</div>
    </div>
  );
}

/** Sources that could not be asked: what is shown is not all there is. */
export function Partial({ of }: { of: Missing[] | undefined }) {
  if (!of || of.length === 0) return null;
  return (
    <Notice tone="wait">
      <strong>Not everything could be asked.</strong>
      <ul class="plain">
        {of.map(({ source, why }) => (
          <li key={source}>
            <Text of={source} />: <Text of={why} max={300} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Loading, failed, or loaded; after a failure the last known stays, marked as stale. */
export function Loaded<T>({ from, children }: { from: Resource<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem, reload } = from;
  if (data === undefined && !problem) return <Skeleton />;
  return (
    <>
      {problem && (
        <Notice tone={data === undefined ? "bad" : "wait"}>
          <p>
            {data !== undefined && <strong>Stale: this is the last that was known. </strong>}
            <Text of={problem.message} max={500} />{" "}
            {problem.reason && <code class="faint">{problem.reason}</code>}
          </p>
          <button type="button" class="small" onClick={reload}>
            Try again
          </button>
        </Notice>
      )}
      {data !== undefined && <div class={problem ? "is-stale stack" : "contents"}>{children(data)}</div>}
    </>
  );
}

import { QuestionDialog } from "./components/dialog";
import { HelpDialog } from "./components/help";
import { Page, Notice } from "./components/page";
import { Palette } from "./components/palette";
import { Shell } from "./components/shell";
import { About } from "./screens/about";
import { ActorDetail } from "./screens/actor";
import { AggregateDetail } from "./screens/aggregate";
import { Aggregates } from "./screens/aggregates";
import { Audit } from "./screens/audit";
import { CheckDetail } from "./screens/check";
import { Configuration } from "./screens/configuration";
import { Login } from "./screens/login";
import { Logs } from "./screens/logs";
import { NodeDetail } from "./screens/node";
import { Nodes } from "./screens/nodes";
import { OperationDetail } from "./screens/operation";
import { Operations } from "./screens/operations";
import { Overview } from "./screens/overview";
import { Parked } from "./screens/parked";
import { ProjectionDetail } from "./screens/projection";
import { Projections } from "./screens/projections";
import { Tree } from "./screens/tree";
import { href, route } from "./state/router";
import { loadSession, must_log_in, session, session_problem } from "./state/session";

function NotFound() {
  return (
    <Page title="No such place">
      <p>
        Nothing is at this address. <a href={href([])}>Overview</a>
      </p>
    </Page>
  );
}

/** The screen of a place; keys make another projection another screen, with nothing left of the one before. */
function Screen() {
  const [first = "", second, third, fourth, fifth] = route.value.parts;
  if (first === "") return <Overview />;
  if (first === "tree") return <Tree />;
  if (first === "actor" && second && third && fourth && fifth !== undefined)
    return <ActorDetail key={route.value.parts.join("/")} target={{ process: second, context: third, type: fourth, id: fifth }} />;
  if (first === "actor" && second && third) return <ActorDetail key={`${second}/${third}`} target={{ process: second, node: third }} />;
  if (first === "projections" && second && third === "checks" && fourth) return <CheckDetail key={fourth} projection={second} id={fourth} />;
  if (first === "projections") return second ? <ProjectionDetail key={second} name={second} /> : <Projections />;
  if (first === "operations") return second ? <OperationDetail key={second} id={second} /> : <Operations />;
  if (first === "aggregates" && second && third && fourth !== undefined)
    return <AggregateDetail key={`${second}/${third}/${fourth}`} context={second} type={third} id={fourth} />;
  if (first === "aggregates") return <Aggregates />;
  if (first === "parked") return <Parked />;
  if (first === "nodes") return second ? <NodeDetail key={second} id={second} /> : <Nodes />;
  if (first === "configuration") return <Configuration />;
  if (first === "logs") return <Logs />;
  if (first === "audit") return <Audit />;
  if (first === "about") return <About />;
  return <NotFound />;
}

function Unreachable() {
  const problem = session_problem.value;
  return (
    <main class="login" id="main">
      <div class="panel login-panel">
        <h1 id="title" tabIndex={-1}>{problem ? "The dashboard does not answer" : "Keel"}</h1>
        {problem ? (
          <>
            <Notice tone="bad">{problem.message}</Notice>
            <button type="button" class="primary" onClick={() => void loadSession()}>Try again</button>
          </>
        ) : (
          <p class="faint" role="status">Loading…</p>
        )}
      </div>
    </main>
  );
}

export function App() {
  if (!session.value) return <Unreachable />;
  if (must_log_in.value) return <Login />;
  return (
    <>
      <Shell>
        <Screen />
      </Shell>
      <QuestionDialog />
      <HelpDialog />
      <Palette />
    </>
  );
}

"""Writes deploy/grafana/*.json, the boards of a running system (part of `./dev fmt`): grafana_boards.py

A board is rows of panels; each panel has a description and a unit. Time series unless `kind` says otherwise. What all boards
share (variables, links, look) is made here, so that they cannot drift apart. Edit this file, not the JSON.
"""
import json
import pathlib
from typing import NamedTuple

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "deploy/grafana"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA_VERSION = 39  # Grafana 10.4 and later read it as it is
I = '{instance=~"$instance"}'
P = '{instance=~"$instance",projection=~"$projection"}'


class Panel(NamedTuple):
    title: str
    description: str
    unit: str
    queries: list[tuple[str, str]]  # expression, legend
    kind: str = "timeseries"
    width: int = 8
    red_above: float | None = None


class Board(NamedTuple):
    uid: str
    title: str
    variables: list[str]
    rows: dict[str, list[Panel]]


def quantiles(series, by, where=I):
    """p50 and p99 of a histogram over five minutes."""
    rate = f"sum by (le, {by}) (rate({series}_bucket{where}[5m]))"
    return [(f"histogram_quantile({q}, {rate})", f"p{q[2:].ljust(2, '0')} {{{{{by}}}}}") for q in ("0.5", "0.99")]


def rate(series, by, where=I):
    return [(f"sum by ({by}) (rate({series}{where}[$__rate_interval]))", f"{{{{{by}}}}}")]


def of_process(expression):
    """Ours only: most programs have `process_*`."""
    return [(expression.replace("{}", '{job="keel",instance=~"$instance"}'), "{{process}} {{instance}}")]


OVERVIEW = Board("keel-overview", "Keel / Overview", ["instance", "projection"], {
    "Now": [
        Panel("Processes up", "Processes that answer the scrape.", "short", [('sum(up{job="keel"})', "")], "stat", 4),
        Panel("Owners", "Command processes that own the lanes; one, while a stand-by waits.", "short",
              [("sum(keel_owner)", "")], "stat", 4),
        Panel("Commands failed", "Share of commands that failed by the service's own fault, 5 minutes; the objective is 2 %.",
              "percentunit", [("sum(context:keel_commands_failed:rate5m) / sum(context:keel_commands:rate5m)", "")], "stat", 4,
              0.02),
        Panel("Slowest method", "p99 of the slowest command or query, 5 minutes; the objective of commands is 250 ms.", "s",
              [("max(method:grpc_server_call_duration_seconds:p99_5m)", "")], "stat", 4, 0.25),
        Panel("Furthest behind", "Events that the furthest projection has not folded.", "short",
              [("max(projection:keel_projection_lag_events:sum)", "")], "stat", 4, 1000),
        Panel("Needs a person", "Quarantined and parked aggregates, stopped lanes, stuck timers.", "short",
              [("sum(keel_aggregates_quarantined) + sum(keel_projection_parked_aggregates) + sum(keel_projection_stopped)"
                " + sum(keel_reactor_stopped_lanes) + sum(keel_timers_stuck)", "")], "stat", 4, 0),
    ],
    "Objectives": [
        Panel("Commands by context", "Commands answered a second.", "reqps", [("context:keel_commands:rate5m", "{{context}}")]),
        Panel("Failed commands", "Share that failed by the service's own fault.", "percentunit",
              [("context:keel_commands_failed:ratio_rate5m", "{{context}} 5 min"),
               ("context:keel_commands_failed:ratio_rate1h", "{{context}} 1 h")], red_above=0.02),
        Panel("Latency of commands and queries", "p99 of a method over five minutes.", "s",
              [("method:grpc_server_call_duration_seconds:p99_5m", "{{grpc_method}}")], red_above=0.25),
        Panel("Stored events", "Events stored a second.", "eps", [("context:keel_append_events:rate5m", "{{context}}")]),
        Panel("Lag of projections", "Events that are stored and not folded.", "short",
              [('projection:keel_projection_lag_events:sum{projection=~"$projection"}', "{{projection}} g{{generation}}")]),
        Panel("From write to view", "p99 from an event's recording to its visibility.", "s",
              [('projection:keel_projection_end_to_end_seconds:p99_5m{projection=~"$projection"}', "{{projection}}")]),
    ],
    "Alerts": [
        Panel("Firing", "Alerts that fire now.", "short",
              [('ALERTS{alertstate="firing",alertname=~"Keel.+"}', "")], "table", 12),
        Panel("What runs", "Version and role of each process.", "short", [(f"keel_build_info{I}", "")], "table", 12),
    ],
})

COMMANDS = Board("keel-commands", "Keel / Commands and gRPC", ["instance"], {
    "Commands": [
        Panel("By outcome", "Commands answered a second, by what became of them.", "reqps",
              rate("keel_commands_total", "outcome")),
        Panel("By command", "Commands answered a second.", "reqps", rate("keel_commands_total", "command")),
        Panel("Version conflicts", "Share of commands whose expected version was another one.", "percentunit",
              [('sum by (context) (rate(keel_commands_total{outcome="conflict"}[5m]))'
                " / sum by (context) (rate(keel_commands_total[5m]))",
                "{{context}}")], red_above=0.1),
        Panel("In flight", "Calls between admission and answer, as a share of their limit.", "percentunit",
              [(f"keel_calls_in_flight{I} / keel_calls_limit{I}", "{{context}} {{instance}}")], red_above=0.8),
        Panel("Refused at the door", "Calls a second answered before they reached a lane.", "reqps",
              rate("keel_calls_refused_total", "reason")),
        Panel("Deduplicated", "Repeats a second that got their first answer.", "reqps",
              [('sum by (context) (rate(keel_commands_total{outcome="deduplicated"}[5m]))', "{{context}}")]),
    ],
    "gRPC": [
        Panel("Calls", "Calls begun a second.", "reqps", rate("grpc_server_call_started_total", "grpc_method")),
        Panel("Errors", "Calls a second that ended otherwise than OK.", "reqps",
              [("sum by (grpc_method, grpc_status)"
                ' (rate(grpc_server_call_duration_seconds_count{instance=~"$instance",grpc_status!="OK"}[5m]))',
                "{{grpc_method}} {{grpc_status}}")]),
        Panel("Duration", "From begin to end of a call.", "s", quantiles("grpc_server_call_duration_seconds", "grpc_method")),
        Panel("Open calls", "Calls not yet ended, streams too.", "short",
              [(f"sum by (grpc_method) (keel_grpc_in_flight_calls{I})", "{{grpc_method}}")]),
    ],
    "Streams": [
        Panel("Commands of streams", "From when a command was read from its stream to its answer.", "s",
              quantiles("keel_stream_command_seconds", "instance")),
        Panel("Items of a message", "Mean of commands of a message read, results of a message written.", "short",
              [(f"sum by (direction) (rate(keel_stream_message_items_sum{I}[5m]))"
                f" / sum by (direction) (rate(keel_stream_message_items_count{I}[5m]))",
                "{{direction}}")]),
    ],
})

JOURNAL = Board("keel-journal", "Keel / Journal and Kafka", ["instance"], {
    "Appends": [
        Panel("Events", "Events stored a second.", "eps", rate("keel_append_events_total", "context")),
        Panel("Bytes", "Bytes of events stored a second.", "Bps", rate("keel_append_bytes_total", "context")),
        Panel("Duration", "Time of one append: one commit.", "s", quantiles("keel_append_seconds", "context")),
        Panel("Entries", "Commands in one append.", "short", quantiles("keel_append_entries", "context")),
        Panel("Writers busy", "Share of the time that a context's writer waits for the journal.", "percentunit",
              [("context:keel_writer_busy:ratio_rate5m", "{{context}}")]),
        Panel("Failures", "Appends a second that stored nothing, or of which nothing is known.", "ops",
              rate("keel_append_failures_total", "outcome")),
    ],
    "Answers and loads": [
        Panel("Read rounds", "Time of one read round, which what stores nothing waits for.", "s",
              quantiles("keel_answer_round_seconds", "context")),
        Panel("Dropped answers", "Decided commands a second whose answer could not be confirmed.", "ops",
              rate("keel_answers_dropped_total", "reason")),
        Panel("Loads", "Aggregates loaded into memory a second, and loads that failed.", "ops",
              [(f"sum(rate(keel_aggregate_loads_total{I}[5m]))", "loaded"),
               (f"sum(rate(keel_aggregate_load_faults_total{I}[5m]))", "failed"),
               (f"sum(rate(keel_receipt_look_ups_total{I}[5m]))", "receipts looked up")]),
        Panel("Duration of loads", "Time of one query that loads aggregates.", "s",
              quantiles("keel_aggregate_load_seconds", "instance")),
    ],
    "Kafka": [
        Panel("Waiting", "Stored events that Kafka has not acknowledged.", "short",
              [(f"sum by (context) (keel_publisher_lag_events{I})", "{{context}}")]),
        Panel("Oldest waiting", "How long the oldest of them has waited.", "s",
              [(f"time() - (keel_publisher_oldest_timestamp_seconds{I} > 0)", "{{context}}")], red_above=30),
        Panel("Way to Kafka", "From an event's recording to Kafka's acknowledgement.", "s",
              quantiles("keel_publisher_end_to_end_seconds", "context")),
        Panel("Acknowledged", "Events acknowledged a second; repeats count again.", "eps",
              rate("keel_publisher_acknowledged_total", "context")),
        Panel("Not acknowledged", "Events a second that Kafka did not take, and producers thrown away.", "ops",
              [(f"sum by (context) (rate(keel_publisher_failed_total{I}[5m]))", "events {{context}}"),
               (f"sum by (context) (rate(keel_publisher_producers_lost_total{I}[5m]))", "producers {{context}}")]),
    ],
})

PROJECTIONS = Board("keel-projections", "Keel / Projections and replay", ["instance", "projection"], {
    "Progress": [
        Panel("Lag", "Events that are stored and not folded.", "short",
              [(f"sum by (projection, generation) (keel_projection_lag_events{P})", "{{projection}} g{{generation}}")]),
        Panel("Age of what is shown", "Of the lane furthest behind: the age of its last event, while newer ones wait.", "s",
              [(f"max by (projection, generation) (time() - (keel_projection_last_event_timestamp_seconds{P} > 0)"
                f" and keel_projection_lag_events{P} > 0)",
                "{{projection}} g{{generation}}")], red_above=60),
        Panel("From write to view", "From an event's recording to its visibility, per batch.", "s",
              quantiles("keel_projection_end_to_end_seconds", "projection", P)),
        Panel("Events", "Messages and journal events a second, by what became of them.", "eps",
              [(f"sum by (projection, outcome) (rate(keel_projection_messages_total{P}[5m]))", "{{projection}} {{outcome}}")]),
        Panel("Transactions", "Duration of a transaction.", "s",
              quantiles("keel_projection_batch_duration_seconds", "projection", P)),
        Panel("Events of a transaction", "How many events share a transaction.", "short",
              quantiles("keel_projection_batch_events", "projection", P)),
    ],
    "Troubles": [
        Panel("State", "Which state each projector is in.", "short",
              [(f"keel_projection_state{P} == 1", "{{projection}} g{{generation}} {{state}}")]),
        Panel("Parked", "Aggregates that have parked events, and stopped lanes.", "short",
              [(f"sum by (projection) (keel_projection_parked_aggregates{P})", "parked {{projection}}"),
               (f"sum by (projection) (keel_projection_stopped{P})", "stopped lanes {{projection}}")], red_above=0),
        Panel("Pauses", "Pauses after a fault, and steps lost against another projector, a second.", "ops",
              [(f"sum by (projection) (rate(keel_projection_retries_total{P}[5m]))", "pauses {{projection}}"),
               (f"sum by (projection) (rate(keel_projection_outrun_total{P}[5m]))", "outrun {{projection}}")]),
        Panel("Another version", "1 when the live generation is of another version than the code.", "short",
              [(f"keel_projection_outdated{P}", "projector {{projection}}"),
               (f"keel_query_projection_outdated{P}", "query {{projection}}")], red_above=0),
    ],
    "Queries": [
        Panel("Waits for a token", "From a call with a token to its visibility, or to the end of its patience.", "s",
              quantiles("keel_query_wait_seconds", "projection", P)),
        Panel("Not visible in time", "Calls a second whose token was not visible in time.", "reqps",
              rate("keel_query_wait_timeouts_total", "projection", P)),
        Panel("Last look", "How long ago the read store was looked into.", "s",
              [(f"time() - keel_query_last_look_timestamp_seconds{P}", "{{projection}} {{instance}}")], red_above=10),
        Panel("Queued reads", "Reads that wait for a session, as a share of their limit.", "percentunit",
              [(f"keel_query_reads_queued{I} / keel_query_reads_limit{I}", "{{instance}}")], red_above=0.8),
    ],
    "Last rebuild": [
        Panel("State", "State of each projection's last rebuild.", "short",
              [(f"max by (projection, state) (keel_replay_state{P}) == 1", "{{projection}} {{state}}")]),
        Panel("Progress", "How much of it is folded.", "percentunit",
              [(f"max by (projection) (keel_replay_progress_ratio{P})", "{{projection}}")]),
        Panel("Events", "Events folded a second.", "eps",
              [(f"max by (projection) (deriv(keel_replay_events{P}[1m]))", "{{projection}}")]),
    ],
})

ACTORS = Board("keel-actors", "Keel / Actors and supervision", ["instance"], {
    "Actors": [
        Panel("Alive", "Actors that are alive.", "short",
              [(f"sum by (kind, instance) (keel_actors{I})", "{{kind}} {{instance}}")]),
        Panel("Crashes", "Crashes in ten minutes.", "short",
              [(f"sum by (kind) (increase(keel_actor_failures_total{I}[10m]))", "{{kind}}")]),
        Panel("Restarts", "Restarts in ten minutes.", "short",
              [(f"sum by (kind) (increase(keel_actor_restarts_total{I}[10m]))", "{{kind}}")], red_above=20),
        Panel("Escalations", "Supervisors that gave up, in ten minutes.", "short",
              [(f"increase(keel_supervisor_escalations_total{I}[10m])", "{{instance}}")], red_above=0),
        Panel("Quarantined", "Aggregates that wait for a person.", "short",
              [(f"keel_aggregates_quarantined{I}", "{{instance}}")], red_above=0),
        Panel("Bugs", "Checks that failed and that only a bug can fail, in an hour.", "short",
              [(f"increase(keel_bugs_total{I}[1h])", "{{instance}}")], red_above=0),
    ],
    "Reactors and timers": [
        Panel("Reactor lag", "Stored events that are not reacted to.", "short",
              [(f"sum by (reactor) (keel_reactor_lag_events{I})", "{{reactor}}")]),
        Panel("Reactor events", "Events read a second, and commands sent again.", "eps",
              [(f"sum by (reactor) (rate(keel_reactor_events_total{I}[5m]))", "events {{reactor}}"),
               (f"sum by (reactor) (rate(keel_reactor_repeats_total{I}[5m]))", "repeats {{reactor}}")]),
        Panel("Timers", "Timers a second that fired, were put off, were repeated.", "ops",
              [(f"sum by (context) (rate(keel_timers_fired_total{I}[5m]))", "fired {{context}}"),
               (f"sum by (context) (rate(keel_timers_put_off_total{I}[5m]))", "put off {{context}}"),
               (f"sum by (context) (rate(keel_timers_repeats_total{I}[5m]))", "repeated {{context}}")]),
        Panel("Stopped", "Lanes of reactors and timers that a bug stopped.", "short",
              [(f"sum by (reactor) (keel_reactor_stopped_lanes{I})", "lanes of {{reactor}}"),
               (f"sum by (context) (keel_timers_stuck{I})", "timers of {{context}}")], red_above=0),
    ],
})

PROCESS = Board("keel-process", "Keel / Process", ["instance"], {
    "Process": [
        Panel("CPU", "Cores used.", "short", of_process("rate(process_cpu_seconds_total{}[1m])")),
        Panel("Memory", "Memory in RAM.", "bytes", of_process("process_resident_memory_bytes{}")),
        Panel("Threads", "Threads.", "short", of_process("process_threads{}")),
        Panel("Open files", "Open file descriptors.", "short", of_process("process_open_fds{}")),
        Panel("Up for", "How long the process has run.", "s", of_process("time() - process_start_time_seconds{}")),
        Panel("Log lines", "Lines written a second, by level.", "ops", rate("keel_log_messages_total", "level")),
    ],
})

VALUES_OF = {
    "instance": "label_values(keel_build_info, instance)",
    "projection": "label_values(keel_query_last_look_timestamp_seconds, projection)",
}
BOARDS = [OVERVIEW, COMMANDS, JOURNAL, PROJECTIONS, ACTORS, PROCESS]


def variable(name):
    if name == "datasource":
        return {"name": name, "label": "Data source", "type": "datasource", "query": "prometheus", "current": {}}
    asked = VALUES_OF[name]
    return {"name": name, "label": name.capitalize(), "type": "query", "datasource": SOURCE,
            "query": {"query": asked, "refId": name}, "definition": asked, "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
            "current": {"text": "All", "value": "$__all"}}


def thresholds(red_above):
    steps = [{"color": "green", "value": None}]
    return {"mode": "absolute", "steps": steps + ([] if red_above is None else [{"color": "red", "value": red_above or 1}])}


def panel_json(panel, number, x, y):
    instant = panel.kind in ("stat", "table")
    targets = [{"refId": chr(ord("A") + i), "datasource": SOURCE, "expr": expression, "legendFormat": legend or "__auto",
                "instant": instant, "range": not instant, **({"format": "table"} if panel.kind == "table" else {})}
               for i, (expression, legend) in enumerate(panel.queries)]
    defaults = {"unit": panel.unit, "thresholds": thresholds(panel.red_above)}
    if panel.kind == "timeseries":
        shown = "off" if panel.red_above is None else "line"
        defaults |= {"min": 0, "custom": {"fillOpacity": 5, "showPoints": "never", "thresholdsStyle": {"mode": shown}}}
    return {"id": number, "title": panel.title, "description": panel.description, "type": panel.kind, "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": 4 if panel.kind == "stat" else 8},
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": {}, "targets": targets}


def row_json(title, number, y):
    return {"id": number, "title": title, "type": "row", "collapsed": False,
            "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "panels": []}


def panels_json(rows):
    made, y = [], 0
    for title, panels in rows.items():
        made.append(row_json(title, len(made) + 1, y))
        x, y, height = 0, y + 1, 0
        for panel in panels:
            if x + panel.width > 24:
                x, y = 0, y + height
            made.append(panel_json(panel, len(made) + 1, x, y))
            x, height = x + panel.width, made[-1]["gridPos"]["h"]
        y += height
    return made


def board_json(board):
    return {
        "uid": board.uid, "title": board.title, "tags": ["keel"], "schemaVersion": SCHEMA_VERSION, "version": 1,
        "editable": True, "graphTooltip": 1, "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "timezone": "browser",
        "links": [{"title": "Keel", "type": "dashboards", "tags": ["keel"], "asDropdown": True, "includeVars": True,
                   "keepTime": True}],
        "templating": {"list": [variable(name) for name in ["datasource", *board.variables]]},
        "panels": panels_json(board.rows),
    }


def files():
    """Name and text of each board's file."""
    return {f"{board.uid}.json": json.dumps(board_json(board), indent=1) + "\n" for board in BOARDS}


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Runs `keel bench` against a Keel of its own: a PostgreSQL with fsync on, a broker, and the processes that the scenario
# needs, all of which end with it. Every scenario gets a fresh system. Prints tables; writes JSON and SVG to bench/results/.
#
# usage: tools/bench.sh BUILD_FOLDER SCENARIO [--flame] [--kafka=apache] [arguments of keel bench SCENARIO]
#        tools/bench.sh BUILD_FOLDER all [--quick] [--kafka=apache] [--flat-events N] [--idle-aggregates N]
set -euo pipefail

build=$(cd -- "$1" && pwd)
what=$2
shift 2
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
postgres=/usr/lib/postgresql/15/bin
results=${BENCH_RESULTS:-$root/bench/results}
scenarios=(command hot stream neighbours query lag recovery flat idle mixed watchers rebuild-live)

as_postgres() { # PostgreSQL refuses root
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all env HOME="$home" "$@"
  else
    "$@"
  fi
}

stop_everything() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  as_postgres "$postgres/pg_ctl" -D "$home/postgres" -m fast -w stop >/dev/null 2>&1 || true
  rm -rf "$home"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Apache Kafka's and its controller's: below the ports that the system gives away by itself.
free_port_pair() {
  python3 - <<'PYTHON'
import random, socket
while True:
    port = random.randrange(20_000, 32_000)
    try:
        for one in (port, port + 1):
            with socket.socket() as s:
                s.bind(("127.0.0.1", one))
        break
    except OSError:
        continue
print(port)
PYTHON
}

await() { # words, command: until it succeeds, half a minute at most
  local what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "bench: $what did not become ready" >&2
  tail -n 5 "$home"/*.log >&2
  exit 1
}

start_postgres() {
  chmod 0755 "$home"
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$home"
  cd "$home"
  as_postgres "$postgres/initdb" -D "$home/postgres" -U keel -E UTF8 --locale=C.UTF-8 --auth=trust --no-instructions >initdb.log
  local memory_mib
  memory_mib=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
  as_postgres tee -a "$home/postgres/postgresql.conf" >/dev/null <<SETTINGS
unix_socket_directories = '$home'
listen_addresses = ''
shared_buffers = $((memory_mib / 4))MB
max_wal_size = 8GB
min_wal_size = 4GB
wal_compression = lz4
SETTINGS
  # Why these: docs/guides/how-to/tune-postgresql.md.
  as_postgres env MALLOC_TOP_PAD_=67108864 "$postgres/pg_ctl" -D "$home/postgres" -l "$home/postgres.log" -w start >/dev/null
  age_the_log
  processes+=("postgres=$(head -1 "$home/postgres/postmaster.pid")")
}

# A young cluster fills a new file with zeros for every 16 MB of its log, under the log's lock: pauses of 10 to 50 ms, twice a
# second. A cluster that has run for a while reuses old files, so this one gets 4 GB of them.
age_the_log() {
  psql -X -q -h "$home" -U keel -d postgres <<'SQL'
DO $$ BEGIN
  FOR i IN 1..250 LOOP
    PERFORM pg_logical_emit_message(false, 'bench', '');
    PERFORM pg_switch_wal();
  END LOOP;
END $$;
CHECKPOINT;
SQL
}

migrated() { # database: made, with the tables of journal and read store
  psql -X -q -h "$home" -U keel -d postgres -c "CREATE DATABASE $1"
  KEEL_JOURNAL__DSN="$server dbname=$1" KEEL_KAFKA__BROKERS="file:$home/broker" "$build/keel" migrate >>"$home/migrate.log"
}

start_broker() {
  "$build/keel" broker 2>"$home/broker.log" &
  pids+=($!)
  processes+=("broker=$!")
  await broker test -s "$home/broker"
}

start_apache_kafka() {
  local port=${KEEL_KAFKA__BROKERS#*:}
  "$root/deploy/kafka/run" "$home/kafka" "$port" >"$home/kafka.log" 2>&1 &
  pids+=($!)
  processes+=("kafka=$!")
  await "Apache Kafka" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  "$build/keel" migrate >>"$home/migrate.log" # its topics
}

start_role() { # role, its name among the processes
  local status=KEEL_${1^^}__STATUS_LISTEN
  "$build/keel" "$1" 2>"$home/$1.log" &
  pids+=($!)
  processes+=("$2=$!")
  await "$1" curl -fsS -m 1 "http://${!status}/readyz"
}

choose_addresses() {
  server="host=$home user=keel"
  export KEEL_JOURNAL__DSN="$server dbname=keel_journal" KEEL_READ__DSN="$server dbname=keel_read"
  export KEEL_KAFKA__BROKERS="file:$home/broker"
  [ "$kafka" = embedded ] || KEEL_KAFKA__BROKERS=127.0.0.1:$(free_port_pair)
  export KEEL_BROKER__ADDRESS_FILE="$home/broker" KEEL_LOG__FORMAT=json
  local role name
  export KEEL_DASHBOARD__GRPC_LISTEN=127.0.0.1:0
  export KEEL_DASHBOARD__MAX_CLIENTS=64 # those of the run before may not be gone yet
  for role in BROKER COMMAND PROJECTOR QUERY DASHBOARD; do
    for name in "KEEL_${role}__LISTEN" "KEEL_${role}__STATUS_LISTEN"; do
      [ "$name" = KEEL_BROKER__LISTEN ] || export "$name=127.0.0.1:$(free_port)"
    done
  done
}

start_system() { # scenario
  case $1 in
    echo | flat) return ;;
    recovery)
      export KEEL_COMMAND__PUBLISH=false # the history is old: nothing is to be published while it is measured
      "$build/keel" bench prepare-recovery "${history[@]}"
      ;;
    rebuild-live) "$build/keel" bench prepare-rebuild "${history[@]}" ;;
    idle) export KEEL_COMMAND__PASSIVATE_AFTER=1d KEEL_COMMAND__LIVE_AGGREGATES=2000000 ;;
  esac
  if [ "$kafka" = apache ]; then start_apache_kafka; else start_broker; fi
  start_role command server
  case $1 in
    query | lag | mixed | rebuild-live)
      start_role projector projector
      start_role query query
      ;;
    watchers)
      start_role projector projector
      start_role query query
      start_role dashboard dashboard
      ;;
  esac
}

arguments_for() { # scenario: where its system is
  local command=(--command "$KEEL_COMMAND__LISTEN") query=(--query "$KEEL_QUERY__LISTEN")
  local raw=(--raw-dsn "$server dbname=keel_raw") echo
  echo=(--echo "127.0.0.1:$(free_port)")
  case $1 in
    echo) arguments=("${echo[@]}") ;;
    command | hot) arguments=("${command[@]}" "${raw[@]}" "${echo[@]}") ;;
    stream) arguments=("${command[@]}" "${raw[@]}") ;;
    neighbours | recovery | idle) arguments=("${command[@]}") ;;
    query) arguments=("${command[@]}" "${query[@]}" "${echo[@]}") ;;
    watchers) arguments=("${command[@]}" --dashboard "$KEEL_DASHBOARD__LISTEN") ;;
    lag | rebuild-live) arguments=("${command[@]}" "${query[@]}") ;;
    mixed) arguments=("${command[@]}" "${query[@]}" "${raw[@]}") ;;
    flat) arguments=("${raw[@]}" --second-raw-dsn "$server dbname=keel_second_raw") ;;
  esac
  local process
  for process in "${processes[@]}"; do arguments+=(--process "$process"); done
}

watched() { # ROLE=PID a line, the children that a process has now too
  local process child
  for process in "${processes[@]}"; do
    echo "$process"
    for child in $(pgrep -P "${process#*=}"); do echo "${process%%=*}=$child"; done
  done
}

# Runs a command while the system's processes are sampled; draws where they were. DWARF, because Debian's libraries are built
# without frame pointers.
with_flame_graph() { # picture, title, command...
  local picture=$1 title=$2 roles
  shift 2
  mapfile -t roles < <(watched)
  perf record --quiet -F 99 --call-graph dwarf -p "$(IFS=, && echo "${roles[*]#*=}")" -o "$home/perf.data" -- "$@"
  echo "bench: drawing $picture" >&2
  perf script -i "$home/perf.data" -F comm,pid,tid,ip,sym,dso --no-inline 2>/dev/null |
    python3 "$root/tools/flame_graph.py" --title "$title" "${roles[@]}" >"$picture"
}

measure() ( # scenario, file without suffix, arguments of keel bench; in a subshell, which ends with its system
  scenario=$1
  file=$2
  shift 2
  run=() kafka=embedded
  for argument; do
    shift
    case $argument in
      --flame) run=(with_flame_graph "$file-flame.svg" "$scenario: where the time goes") ;;
      --kafka=apache | --kafka=embedded) kafka=${argument#--kafka=} ;;
      --kafka*) echo "bench: it is --kafka=apache or --kafka=embedded, not '$argument'" >&2 && exit 2 ;;
      *) set -- "$@" "$argument" ;;
    esac
  done
  if [ ${#run[@]} -gt 0 ] && ! command -v perf >/dev/null; then
    echo "bench: --flame needs perf: apt-get install linux-perf" >&2 && exit 2
  fi
  home=$(mktemp -d /var/tmp/keel-bench-XXXXXX)
  pids=() processes=() arguments=() history=()
  trap stop_everything EXIT
  for ((i = 1; i < $#; i++)); do
    case ${!i} in --events | --aggregates) history+=("${@:i:2}") ;; esac
  done
  choose_addresses
  start_postgres
  psql -X -q -h "$home" -U keel -d postgres -c "CREATE DATABASE keel_read"
  for database in keel_journal keel_raw keel_second_raw; do migrated $database; done
  start_system "$scenario"
  arguments_for "$scenario"
  "${run[@]}" "$build/keel" bench "$scenario" "${arguments[@]}" --json "$file.json" --svg "$file.svg" "$@"
)

arguments_in_all() { # scenario: from the settings of `all`
  local arguments=("$broker")
  [ "$quick" = no ] || arguments+=(--seconds 2 --warm-up 1 --repetitions 1)
  case $1 in
    flat) [ -z "$flat_events" ] || arguments+=(--events "$flat_events") ;;
    idle) [ -z "$idle_aggregates" ] || arguments+=(--aggregates "$idle_aggregates") ;;
    watchers) [ "$quick" = no ] || arguments+=(--aggregates 10000) ;;
    recovery) [ "$quick" = no ] || arguments+=(--events 10000) ;;
    rebuild-live) [ "$quick" = no ] || arguments+=(--events 100000 --aggregates 4000 --carts 2000) ;;
  esac
  printf '%s\n' "${arguments[@]}"
}

join_results() { # file, quick, scenario files that are there
  python3 - "$@" <<'PYTHON'
import json, pathlib, subprocess, sys
target, quick, *files = sys.argv[1:]
found = [json.loads(pathlib.Path(file).read_text()) for file in files]
commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
document = {"at": found[0]["at"], "commit": commit, "quick": quick == "yes", "machine": found[0]["machine"]}
document["scenarios"] = [{k: v for k, v in one.items() if k != "machine"} for one in found]
pathlib.Path(target).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
PYTHON
}

measure_all() {
  local quick=no broker=--kafka=embedded flat_events='' idle_aggregates='' stamp files=() failed=() scenario arguments
  while [ $# -gt 0 ]; do
    case $1 in
      --quick) quick=yes && shift ;;
      --kafka=*) broker=$1 && shift ;;
      --flat-events) flat_events=${2?--flat-events needs a number} && shift 2 ;;
      --idle-aggregates) idle_aggregates=${2?--idle-aggregates needs a number} && shift 2 ;;
      *) echo "bench: all takes --quick, --kafka=apache, --flat-events N and --idle-aggregates N, not '$1'" >&2 && exit 2 ;;
    esac
  done
  [ $quick = no ] || flat_events=${flat_events:-200000} idle_aggregates=${idle_aggregates:-10000}
  stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
  for scenario in "${scenarios[@]}"; do
    echo "==> $scenario" >&2
    mapfile -t arguments < <(arguments_in_all "$scenario" | sed '/^$/d')
    # A process of its own, because `set -e` sleeps in the condition of an `if`.
    if BENCH_FILE=$results/$stamp-$scenario "$root/tools/bench.sh" "$build" "$scenario" "${arguments[@]}"; then
      files+=("$results/$stamp-$scenario.json")
    else
      failed+=("$scenario")
    fi
  done
  [ ${#files[@]} -gt 0 ] || { echo "bench: every scenario failed" >&2 && exit 1; }
  join_results "$results/$stamp.json" $quick "${files[@]}"
  rm -f "${files[@]}"
  echo "all of it: $results/$stamp.json and $results/$stamp-*.svg"
  [ ${#failed[@]} = 0 ] || { echo "bench: failed: ${failed[*]}" >&2 && exit 1; }
}

mkdir -p "$results"
if [ "$what" = all ]; then
  measure_all "$@"
else
  file=${BENCH_FILE:-$results/$(date -u +%Y-%m-%dT%H%M%SZ)-$what}
  measure "$what" "$file" "$@"
  echo "written to $file.json and $file.svg"
fi

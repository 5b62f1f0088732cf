#!/usr/bin/env bash
# Runs the load generator against a Keel of its own: a PostgreSQL with fsync on, a broker and a command process with the
# publisher on and no projector, all of which end with the script. Prints a table, writes JSON to bench/results/.
#
# usage: tools/bench.sh BUILD_FOLDER command|hot|neighbours [arguments of keel-bench]
set -euo pipefail

build=$(cd -- "$1" && pwd)
scenario=$2
shift 2
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
postgres=/usr/lib/postgresql/15/bin
home=$(mktemp -d /var/tmp/keel-bench-XXXXXX)
results=$root/bench/results
pids=()

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
trap stop_everything EXIT

chmod 0755 "$home"
[ "$(id -u)" != 0 ] || chown postgres:postgres "$home"
cd "$home"
as_postgres "$postgres/initdb" -D "$home/postgres" -U keel -E UTF8 --locale=C.UTF-8 --auth=trust --no-instructions >initdb.log
memory_mib=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
as_postgres tee -a "$home/postgres/postgresql.conf" >/dev/null <<SETTINGS
unix_socket_directories = '$home'
listen_addresses = ''
shared_buffers = $((memory_mib / 4))MB
max_wal_size = 8GB
wal_compression = lz4
SETTINGS
as_postgres "$postgres/pg_ctl" -D "$home/postgres" -l "$home/postgres.log" -w start >/dev/null
postmaster=$(head -1 "$home/postgres/postmaster.pid")

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
server="host=$home user=keel"
for database in keel_journal keel_read keel_raw; do psql -X -q -h "$home" -U keel -d postgres -c "CREATE DATABASE $database"; done
export KEEL_JOURNAL__DSN="$server dbname=keel_journal" KEEL_READ__DSN="$server dbname=keel_read"
export KEEL_KAFKA__BROKERS="file:$home/broker" KEEL_BROKER__ADDRESS_FILE="$home/broker" KEEL_LOG__FORMAT=json
KEEL_BROKER__STATUS_LISTEN=127.0.0.1:$(free_port)
KEEL_COMMAND__LISTEN=127.0.0.1:$(free_port)
KEEL_COMMAND__STATUS_LISTEN=127.0.0.1:$(free_port)
export KEEL_BROKER__STATUS_LISTEN KEEL_COMMAND__LISTEN KEEL_COMMAND__STATUS_LISTEN

await() { # words, command: until it succeeds, half a minute at most
  local what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "bench: $what did not become ready" >&2
  tail -5 "$home"/*.log >&2
  exit 1
}
"$build/keel" broker 2>"$home/broker.log" &
pids+=($!)
broker=$!
await broker test -s "$home/broker"
"$build/keel" migrate >"$home/migrate.log"
KEEL_JOURNAL__DSN="$server dbname=keel_raw" "$build/keel" migrate >>"$home/migrate.log"
"$build/keel" command 2>"$home/command.log" &
pids+=($!)
command=$!
await command curl -fsS -m 1 "http://$KEEL_COMMAND__STATUS_LISTEN/readyz"

mkdir -p "$results"
"$build/keel-bench" "$scenario" --address "$KEEL_COMMAND__LISTEN" --raw-append-dsn "$server dbname=keel_raw" \
  --process "server=$command" --process "postgres=$postmaster" --process "broker=$broker" \
  --json "$results/$(date -u +%Y-%m-%dT%H%M%SZ)-$scenario.json" "$@"

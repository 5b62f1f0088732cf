#include "app/settings.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace keel::app {
namespace {

using enum SettingKind;

constexpr auto table = std::to_array<Setting>({
    {"faults", yes_or_no, "false", "heed KEEL_CRASH_AT and other injected faults; for tests only"},

    {"log.level", text, "info", "debug, info, warn, error, off"},
    {"log.format", text, "auto", "json, text, or auto: text on a terminal"},

    {"journal.dsn", secret, "host=127.0.0.1 port=55432 dbname=keel_journal user=keel", "PostgreSQL with the journal"},
    {"journal.lane_count", whole_number, "16", "lanes of every context; fixed when the journal is made"},
    {"journal.retention", duration, "7d", "how long a request id is remembered"},
    {"journal.allow_fsync_off", yes_or_no, "false", "accept a server that may lose what it confirmed; for tests only"},
    {"journal.statement_timeout", duration, "10s", "longest statement before the session is thrown away"},
    {"journal.batch", whole_number, "384", "most commands of one append"},
    {"journal.loaders", whole_number, "2", "sessions that load cold aggregates"},

    {"read.dsn", secret, "host=127.0.0.1 port=55432 dbname=keel_read user=keel", "PostgreSQL with the read models"},

    {"kafka.brokers", text, "127.0.0.1:59092", "host:port list, or file:PATH of a file that holds one"},
    {"kafka.replication_factor", whole_number, "1", "copies of each topic that `keel migrate` creates"},

    {"command.listen", address, "127.0.0.1:50051", "gRPC: command services, health, reflection, keel.ops.v1"},
    {"command.status_listen", address, "127.0.0.1:9464", "HTTP: /metrics /livez /readyz /version"},
    {"command.take_over", yes_or_no, "false", "take the lanes even from an owner that seems alive"},
    {"command.publish", yes_or_no, "true", "publish events to Kafka"},
    {"command.threads", whole_number, "2", "scheduler threads of the actors"},
    {"command.in_flight_per_aggregate", whole_number, "1024", "most calls in flight for one aggregate"},
    {"command.in_flight_per_context", whole_number, "8192", "most calls in flight for one context"},
    {"command.in_flight_per_process", whole_number, "16384", "most calls in flight"},
    {"command.in_flight_per_caller", whole_number, "4096", "most calls in flight of one caller"},
    {"command.in_flight_per_stream", whole_number, "1024", "most commands of one stream without a result taken"},
    {"command.snapshot_every", whole_number, "100",
     "events between two snapshots of an aggregate, at least: they also weigh as much as the last one"},
    {"command.passivate_after", duration, "5m", "idle time after which an aggregate leaves memory"},
    {"command.live_aggregates", whole_number, "1000000", "most aggregates in memory, per context"},

    {"projector.listen", address, "127.0.0.1:50053", "gRPC: health, keel.ops.v1"},
    {"projector.status_listen", address, "127.0.0.1:9465", "HTTP: /metrics /livez /readyz /version"},
    {"projector.projections", list, "all", "which projections this process folds"},
    {"projector.lanes", text, "all", "all, a range such as 0-7, or group: shared out by Kafka"},
    {"projector.batch", whole_number, "1000", "most events of one lane in a transaction"},

    {"query.listen", address, "127.0.0.1:50052", "gRPC: query services, health, reflection, keel.ops.v1"},
    {"query.status_listen", address, "127.0.0.1:9466", "HTTP: /metrics /livez /readyz /version"},
    {"query.sessions", whole_number, "2", "sessions that read the read store"},
    {"query.waiting_calls", whole_number, "10000", "most calls and watches that wait for an event"},

    {"broker.listen", address, "127.0.0.1:50054", "gRPC: health, keel.ops.v1"},
    {"broker.status_listen", address, "127.0.0.1:9467", "HTTP: /metrics /livez /readyz /version"},
    {"broker.address_file", text, "", "where `keel broker` writes host:port when it is up"},

    {"dashboard.listen", address, "127.0.0.1:8080", "HTTP: the dashboard, its API and live events"},
    {"dashboard.status_listen", address, "127.0.0.1:9468", "HTTP: /metrics /livez /readyz /version"},
    {"dashboard.grpc_listen", address, "127.0.0.1:50055", "gRPC: health, keel.ops.v1"},
    {"dashboard.base_path", text, "", "below which it is reached behind a proxy, such as /ops"},
    {"dashboard.hosts", list, "", "names (with port) by which browsers reach it, beside those of loopback"},
    {"dashboard.actions", yes_or_no, "false", "allow restarts, rebuilds and other actions; else it only looks"},
    {"dashboard.payloads", text, "none", "what is shown of events and states: none, keys (values masked), full"},
    {"dashboard.max_clients", whole_number, "32", "clients that follow live events or logs at once"},
    {"dashboard.sample_interval", duration, "1s", "time between two looks, while somebody watches"},
    {"dashboard.processes", list, "", "gRPC addresses of processes without a database: the broker's"},
    {"dashboard.viewer_token", secret, "", "logs in who may look; no token at all: everybody on this machine may"},
    {"dashboard.operator_token", secret, "", "logs in who may also pause, restart, retry and cancel"},
    {"dashboard.admin_token", secret, "", "logs in who may also rebuild, promote, drop, discard, drain and crash"},

    {"ops.actions", yes_or_no, "false", "allow restarts, drains and other actions over keel.ops.v1"},
    {"ops.token", secret, "", "what an action must carry as its bearer token; none: whoever reaches the port may act"},
    {"ops.history_retention", duration, "7d", "how long supervision history and ended processes are kept; 1h or more"},

    {"grpc.max_message_bytes", whole_number, "1048576", "largest request"},
    {"grpc.longest_deadline", duration, "30s", "a longer deadline of a unary call is cut to this"},

    {"shutdown.grace", duration, "9s", "after SIGTERM: a process that has not ended by then ends with exit code 1"},
});

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const Setting> all_settings() { return table; }

const Setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find(table, key, &Setting::key);
  return found == table.end() ? nullptr : &*found;
}

std::string_view nearest_setting(std::string_view mistyped) {
  const auto nearest =
      std::ranges::min_element(table, {}, [&](const Setting& setting) { return distance(setting.key, mistyped); });
  return distance(nearest->key, mistyped) <= mistyped.size() / 2 ? nearest->key : std::string_view{};
}

}  // namespace keel::app

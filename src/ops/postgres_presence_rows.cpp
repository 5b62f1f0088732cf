#include "ops/postgres_presence_rows.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

using postgres::Parameters;

/// $1 process, $2 role, $3 node, $4 version, $5 start, $6 and $7 addresses.
constexpr std::string_view beat_sql = R"sql(
  INSERT INTO processes (process, role, node, version, started_at, grpc_address, status_address)
  VALUES ($1::uuid, $2, $3, $4, $5::timestamptz, $6, $7)
  ON CONFLICT (process) DO UPDATE SET beat_at = clock_timestamp())sql";

/// $1 process, $2 the lines: a JSON array of objects with these keys, `at` in microseconds.
constexpr std::string_view store_sql = R"sql(
  INSERT INTO supervision_history (process, sequence, at, node, parent, kind, path, happening, cause, delay_ms)
  SELECT $1::uuid, line.sequence, timestamptz 'epoch' + line.at * interval '1 microsecond', line.node, line.parent,
         line.kind, line.path, line.happening, line.cause, line.delay_ms
    FROM json_to_recordset($2::json)
      AS line(sequence bigint, at bigint, node bigint, parent bigint, kind text, path text, happening text, cause text,
              delay_ms bigint)
  ON CONFLICT DO NOTHING)sql";

/// $1 retention in ms.
constexpr std::string_view prune_sql = "SELECT keel_prune_processes($1::bigint * interval '1 millisecond')";

/// What one call of `keel_prune_processes` takes away at most.
constexpr std::int64_t pruned_at_once = 5'000;

/// $1 process
constexpr std::string_view farewell_sql =
    "UPDATE processes SET beat_at = clock_timestamp(), stopped_at = clock_timestamp() WHERE process = $1::uuid";

constexpr std::size_t longest_path = 1'000;

/// PostgreSQL's text holds every character but NUL.
std::string storable(std::string_view text) {
  std::string out;
  for (const char letter : mend_utf8(text)) {
    if (letter == '\0') {
      out += "\xEF\xBF\xBD";
    } else {
      out.push_back(letter);
    }
  }
  return out;
}

nlohmann::json line_of(const SupervisionEvent& event) {
  return {{"sequence", event.sequence},
          {"at", event.at.time_since_epoch().count()},
          {"node", event.node},
          {"parent", event.parent},
          {"kind", name_of(event.kind)},
          {"path", utf8_prefix(storable(event.path), longest_path)},
          {"happening", name_of(event.happening)},
          {"cause", storable(event.cause)},
          {"delay_ms", event.delay.count()}};
}

std::string lines_of(const std::vector<SupervisionEvent>& events) {
  auto lines = nlohmann::json::array();
  for (const SupervisionEvent& event : events) lines.push_back(line_of(event));
  return lines.dump();
}

}  // namespace

Result<std::unique_ptr<PostgresPresenceRows>> PostgresPresenceRows::open(const ConnectionOptions& options,
                                                                         ProcessIdentity own) {
  auto session = open_session(options);
  if (!session) return session.fault();
  return std::unique_ptr<PostgresPresenceRows>(new PostgresPresenceRows(*std::move(session), std::move(own)));
}

Result<Done> PostgresPresenceRows::tell(std::string_view sql, const Parameters& parameters) {
  const auto answer = ask(*session_, sql, parameters, "tell the database that the process is here");
  if (!answer) return answer.fault();
  return Done{};
}

Result<Done> PostgresPresenceRows::beat() {
  return tell(beat_sql, Parameters()
                            .uuid(own_.id)
                            .text(storable(own_.role))
                            .text(storable(own_.node))
                            .text(storable(own_.version))
                            .timestamp(own_.started_at)
                            .text(storable(own_.grpc_address))
                            .text(storable(own_.status_address)));
}

Result<Done> PostgresPresenceRows::farewell() { return tell(farewell_sql, Parameters().uuid(own_.id)); }

Result<Done> PostgresPresenceRows::store(const std::vector<SupervisionEvent>& events) {
  return tell(store_sql, Parameters().uuid(own_.id).text(lines_of(events)));
}

Result<bool> PostgresPresenceRows::prune(std::chrono::milliseconds retention) {
  const auto pruned = ask(*session_, prune_sql, Parameters().bigint(retention.count()), "forget old processes");
  if (!pruned) return pruned.fault();
  return pruned->bigint(0, 0) < pruned_at_once;
}

}  // namespace keel::ops

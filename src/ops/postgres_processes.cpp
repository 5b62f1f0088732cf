#include "ops/postgres_processes.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

#include "ops/past_tree.hpp"
#include "ops/postgres_connection.hpp"
#include "ops/postgres_history_rows.hpp"

namespace keel::ops {
namespace {

constexpr const char* processes_sql = R"sql(
  SELECT process, role, node, version, (extract(epoch FROM started_at) * 1000000)::bigint, grpc_address, status_address,
         (extract(epoch FROM beat_at) * 1000000)::bigint, (extract(epoch FROM stopped_at) * 1000000)::bigint,
         CASE WHEN stopped_at IS NOT NULL THEN 'stopped'
              WHEN beat_at > clock_timestamp() - interval '3 s' THEN 'up'
              WHEN beat_at > clock_timestamp() - interval '15 s' THEN 'stale'
              ELSE 'dead' END
    FROM processes ORDER BY started_at DESC, process)sql";

/// $1 process, $2 path (each empty: all), $3 after and $4 until (µs), $5 limit
constexpr const char* history_sql = R"sql(
  SELECT process, sequence, (extract(epoch FROM at) * 1000000)::bigint, node, parent, kind, path, happening, cause,
         delay_ms
    FROM supervision_history
   WHERE ($1 = '' OR process = nullif($1, '')::uuid)
     AND ($2 = '' OR path = $2 OR starts_with(path, $2 || '/'))
     AND at > timestamptz 'epoch' + $3::bigint * interval '1 microsecond'
     AND at <= timestamptz 'epoch' + $4::bigint * interval '1 microsecond'
   ORDER BY at DESC, sequence DESC LIMIT $5::bigint)sql";

/// $1 process (empty: all)
constexpr const char* span_sql = R"sql(
  SELECT (extract(epoch FROM min(at)) * 1000000)::bigint, (extract(epoch FROM max(at)) * 1000000)::bigint
    FROM supervision_history WHERE $1 = '' OR process = nullif($1, '')::uuid)sql";

/// $1 process, $2 at (µs). The last line of each path until then, with what lines before it add up to.
constexpr const char* tree_sql = R"sql(
  SELECT last.node, last.parent, last.path, last.kind, last.happening, (extract(epoch FROM last.at) * 1000000)::bigint,
         (SELECT count(*) FROM supervision_history h
           WHERE h.process = last.process AND h.path = last.path AND h.node = last.node
             AND h.sequence <= last.sequence AND h.happening = 'restarted'),
         (SELECT h.cause FROM supervision_history h
           WHERE h.process = last.process AND h.path = last.path AND h.node = last.node
             AND h.sequence <= last.sequence AND h.happening IN ('crashed', 'stopped', 'quarantined', 'escalated')
           ORDER BY h.sequence DESC LIMIT 1)
    FROM (SELECT DISTINCT ON (path) * FROM supervision_history
           WHERE process = $1::uuid AND node > 0 AND at <= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
           ORDER BY path, sequence DESC) AS last
   WHERE last.happening <> 'recovered')sql";

std::string text_of(const std::optional<Uuid>& id) { return id ? id->text() : ""; }

/// The far end of time as PostgreSQL and doubles agree on it.
constexpr std::int64_t for_ever = std::int64_t{1} << 53;

}  // namespace

/// A connection, and statements on it.
class PostgresProcesses::Session {
 public:
  explicit Session(const Options& options)
      : connection_(connect(
            {options.dsn, options.application_name, options.connect_timeout, options.statement_timeout, true})) {}

  template <class... Parameters>
  pqxx::result ask(const char* sql, const Parameters&... parameters) {
    pqxx::nontransaction work(*connection_);
    return work.exec_params(sql, parameters...);
  }

 private:
  std::unique_ptr<pqxx::connection> connection_;
};

PostgresProcesses::PostgresProcesses(Options options) : options_(std::move(options)) {}
PostgresProcesses::~PostgresProcesses() = default;

/// A session that idled may have died unnoticed, and asking changes nothing: one more try on a fresh one.
template <class Answer, class Work>
Result<Answer> PostgresProcesses::ask(std::string_view doing, const Work& work) {
  const std::lock_guard lock(mutex_);
  for (bool fresh = session_ == nullptr;; fresh = true) {
    try {
      if (session_ == nullptr) session_ = std::make_unique<Session>(options_);
      return work(*session_);
    } catch (const std::exception& error) {
      session_.reset();
      Fault fault = fault_of(error, doing);
      fault.outcome = Fault::Outcome::nothing_changed;
      if (fresh || fault.cause != Fault::Cause::unreachable) return fault;
    }
  }
}

Result<std::vector<KnownProcess>> PostgresProcesses::known_processes() {
  return ask<std::vector<KnownProcess>>("read which processes there are", [](Session& session) {
    std::vector<KnownProcess> known;
    for (const auto& row : session.ask(processes_sql)) known.push_back(process_of(row));
    return known;
  });
}

Result<std::vector<PastEvent>> PostgresProcesses::history(const HistoryChoice& choice) {
  return ask<std::vector<PastEvent>>("read the supervision history", [&](Session& session) {
    const std::size_t limit = std::clamp<std::size_t>(choice.limit, 1, 10'000);
    const auto rows =
        session.ask(history_sql, text_of(choice.process), choice.path,
                    choice.after ? microseconds_of(*choice.after) : std::int64_t{0},
                    choice.until ? microseconds_of(*choice.until) : for_ever, static_cast<std::int64_t>(limit));
    std::vector<PastEvent> events;
    for (const auto& row : rows) {
      if (auto event = event_of(row)) events.push_back(*std::move(event));
    }
    return events;
  });
}

Result<std::optional<HistorySpan>> PostgresProcesses::span(const std::optional<Uuid>& process) {
  return ask<std::optional<HistorySpan>>("read how far the history goes back", [&](Session& session) {
    const auto rows = session.ask(span_sql, text_of(process));
    if (rows[0][0].is_null()) return std::optional<HistorySpan>();
    return std::optional(
        HistorySpan{moment_of(rows[0][0].as<std::int64_t>()), moment_of(rows[0][1].as<std::int64_t>())});
  });
}

Result<std::vector<PastNode>> PostgresProcesses::tree_at(const Uuid& process, Timestamp at) {
  return ask<std::vector<PastNode>>("read the tree of the past", [&](Session& session) {
    std::vector<PastNode> nodes;
    for (const auto& row : session.ask(tree_sql, process.text(), std::min(microseconds_of(at), for_ever))) {
      if (auto node = node_of(row)) nodes.push_back(*std::move(node));
    }
    return past_tree(std::move(nodes));
  });
}

}  // namespace keel::ops

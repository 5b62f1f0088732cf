#include "ops/postgres_processes.hpp"

#include <algorithm>
#include <utility>

#include "ops/past_tree.hpp"
#include "ops/postgres_history_rows.hpp"
#include "ops/postgres_options.hpp"

namespace keel::ops {
namespace {

using postgres::Answer;
using postgres::Parameters;

constexpr std::string_view processes_sql = R"sql(
  SELECT process, role, node, version, started_at, grpc_address, status_address, beat_at, stopped_at,
         CASE WHEN stopped_at IS NOT NULL THEN 'stopped'
              WHEN beat_at > clock_timestamp() - interval '3 s' THEN 'up'
              WHEN beat_at > clock_timestamp() - interval '15 s' THEN 'stale'
              ELSE 'dead' END
    FROM processes ORDER BY started_at DESC, process)sql";

/// $1 process, $2 path (each empty: all), $3 after and $4 until, $5 limit
constexpr std::string_view history_sql = R"sql(
  SELECT process, sequence, at, node, parent, kind, path, happening, cause, delay_ms
    FROM supervision_history
   WHERE ($1 = '' OR process = nullif($1, '')::uuid)
     AND ($2 = '' OR path = $2 OR starts_with(path, $2 || '/'))
     AND at > $3::timestamptz AND at <= $4::timestamptz
   ORDER BY at DESC, sequence DESC LIMIT $5::bigint)sql";

/// $1 process (empty: all)
constexpr std::string_view span_sql = R"sql(
  SELECT min(at), max(at) FROM supervision_history
   WHERE $1 = '' OR process = nullif($1, '')::uuid)sql";

/// $1 process, $2 at. The last line of each path until then, with what lines before it add up to.
constexpr std::string_view tree_sql = R"sql(
  SELECT last.node, last.parent, last.path, last.kind, last.happening, last.at,
         (SELECT count(*) FROM supervision_history h
           WHERE h.process = last.process AND h.path = last.path AND h.node = last.node
             AND h.sequence <= last.sequence AND h.happening = 'restarted'),
         (SELECT h.cause FROM supervision_history h
           WHERE h.process = last.process AND h.path = last.path AND h.node = last.node
             AND h.sequence <= last.sequence AND h.happening IN ('crashed', 'stopped', 'quarantined', 'escalated')
           ORDER BY h.sequence DESC LIMIT 1)
    FROM (SELECT DISTINCT ON (path) * FROM supervision_history
           WHERE process = $1::uuid AND node > 0 AND at <= $2::timestamptz
           ORDER BY path, sequence DESC) AS last
   WHERE last.happening <> 'recovered')sql";

std::string text_of(const std::optional<Uuid>& id) { return id ? id->text() : ""; }

/// From the epoch to where everybody's clock ends.
Timestamp within_time(Timestamp at) {
  constexpr Timestamp for_ever{std::chrono::microseconds(std::int64_t{1} << 53)};
  return std::clamp(at, Timestamp{}, for_ever);
}

}  // namespace

PostgresProcesses::PostgresProcesses(Options options) : options_(std::move(options)) {}

/// A session that idled may have died unnoticed, and asking changes nothing: one more try on a fresh one.
Result<Answer> PostgresProcesses::ask(std::string_view doing, std::string_view sql, const Parameters& parameters) {
  const std::lock_guard lock(mutex_);
  for (bool fresh = session_ == nullptr;; fresh = true) {
    auto answer = ask_once(doing, sql, parameters);
    if (answer) return answer;
    session_.reset();
    Fault fault = answer.fault();
    fault.outcome = Fault::Outcome::nothing_changed;
    if (fresh || fault.cause != Fault::Cause::unreachable) return fault;
  }
}

Result<Answer> PostgresProcesses::ask_once(std::string_view doing, std::string_view sql, const Parameters& parameters) {
  if (session_ == nullptr) {
    auto opened = open_session(
        {options_.dsn, options_.application_name, options_.connect_timeout, options_.statement_timeout, true});
    if (!opened) return opened.fault();
    session_ = *std::move(opened);
  }
  return ops::ask(*session_, sql, parameters, doing);
}

Result<std::vector<KnownProcess>> PostgresProcesses::known_processes() {
  const auto answer = ask("read which processes there are", processes_sql, {});
  if (!answer) return answer.fault();
  std::vector<KnownProcess> known;
  for (int row = 0; row < answer->size(); ++row) known.push_back(process_at(*answer, row));
  return known;
}

Result<std::vector<PastEvent>> PostgresProcesses::history(const HistoryChoice& choice) {
  const auto limit = static_cast<std::int64_t>(std::clamp<std::size_t>(choice.limit, 1, 10'000));
  const auto answer = ask("read the supervision history", history_sql,
                          Parameters()
                              .text(text_of(choice.process))
                              .text(choice.path)
                              .timestamp(within_time(choice.after.value_or(Timestamp{})))
                              .timestamp(within_time(choice.until.value_or(Timestamp::max())))
                              .bigint(limit));
  if (!answer) return answer.fault();
  std::vector<PastEvent> events;
  for (int row = 0; row < answer->size(); ++row) {
    if (auto event = event_at(*answer, row)) events.push_back(*std::move(event));
  }
  return events;
}

Result<std::optional<HistorySpan>> PostgresProcesses::span(const std::optional<Uuid>& process) {
  const auto answer = ask("read how far the history goes back", span_sql, Parameters().text(text_of(process)));
  if (!answer) return answer.fault();
  if (answer->null(0, 0)) return std::optional<HistorySpan>();
  return std::optional(HistorySpan{answer->timestamp(0, 0), answer->timestamp(0, 1)});
}

Result<std::vector<PastNode>> PostgresProcesses::tree_at(const Uuid& process, Timestamp at) {
  const auto answer = ask("read the tree of the past", tree_sql, Parameters().uuid(process).timestamp(within_time(at)));
  if (!answer) return answer.fault();
  std::vector<PastNode> nodes;
  for (int row = 0; row < answer->size(); ++row) {
    if (auto node = node_at(*answer, row)) nodes.push_back(*std::move(node));
  }
  return past_tree(std::move(nodes));
}

}  // namespace keel::ops

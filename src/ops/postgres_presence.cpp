#include "ops/postgres_presence.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "ops/log.hpp"
#include "ops/postgres_connection.hpp"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// $1 process, $2 role, $3 node, $4 version, $5 start (µs), $6 and $7 addresses. Makes the row anew when it was pruned.
constexpr const char* beat_sql = R"sql(
  INSERT INTO processes (process, role, node, version, started_at, grpc_address, status_address)
  VALUES ($1::uuid, $2, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6, $7)
  ON CONFLICT (process) DO UPDATE SET beat_at = clock_timestamp())sql";

/// $1 process, $2 the lines: a JSON array of objects with these keys, `at` in microseconds. A line that is there
/// already, because the answer was lost, stays as it is.
constexpr const char* store_sql = R"sql(
  INSERT INTO supervision_history (process, sequence, at, node, parent, kind, path, happening, cause, delay_ms)
  SELECT $1::uuid, line.sequence, timestamptz 'epoch' + line.at * interval '1 microsecond', line.node, line.parent,
         line.kind, line.path, line.happening, line.cause, line.delay_ms
    FROM json_to_recordset($2::json)
      AS line(sequence bigint, at bigint, node bigint, parent bigint, kind text, path text, happening text, cause text,
              delay_ms bigint)
  ON CONFLICT DO NOTHING)sql";

/// $1 retention in ms.
constexpr const char* prune_sql = "SELECT keel_prune_processes($1::bigint * interval '1 millisecond')";

/// What one call of `keel_prune_processes` takes away at most.
constexpr std::int64_t pruned_at_once = 5'000;

/// $1 process
constexpr const char* farewell_sql =
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
          {"at", microseconds_of(event.at)},
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

/// What the thread shares with whoever waits for it. The registry is read under the mutex and never after `abandoned`.
struct PostgresPresence::Shared {
  Shared(PresenceOptions chosen, ProcessIdentity own, const SupervisionRegistry& told)
      : options(std::move(chosen)), identity(std::move(own)), registry(told) {}

  const PresenceOptions options;
  const ProcessIdentity identity;
  const SupervisionRegistry& registry;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool ended = false;
  bool abandoned = false;
  /// Empty: none.
  std::string trouble = "not announced yet";
  bool complained = false;

  /// Whether a stop was asked for, at once or within this time.
  bool stops_within(milliseconds time) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, time, [this] { return stopping; });
  }

  std::vector<SupervisionEvent> events_after(std::uint64_t sequence) const {
    const std::lock_guard lock(mutex);
    if (abandoned) throw std::runtime_error("the process has ended");
    return registry.history(sequence, options.batch);
  }

  void tell(std::string why) {
    const std::lock_guard lock(mutex);
    if (abandoned) return;
    const bool was_in_trouble = !std::exchange(trouble, std::move(why)).empty();
    if (trouble.empty()) {
      if (was_in_trouble) log::info("presence", "is known to other processes", {{"process_id", identity.id.text()}});
      complained = false;
    } else if (!std::exchange(complained, true)) {
      log::warn("presence", "is not known to other processes now, trying again", {{"why", trouble}});
    }
  }

  void end() {
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }
};

/// What the thread does. It owns the session, and nothing of the process but what is shared.
class PostgresPresence::Herald {
 public:
  explicit Herald(std::shared_ptr<Shared> shared) : shared_(std::move(shared)), id_(shared_->identity.id.text()) {}

  void run() {
    milliseconds pause = shared_->options.first_pause;
    bool last = false;
    while (!last) {
      last = shared_->stops_within(milliseconds(0));
      const bool well = round(last);
      if (last) break;
      shared_->stops_within(well ? shared_->options.beat_every : pause);
      pause = well ? shared_->options.first_pause : std::min(pause * 2, shared_->options.longest_pause);
    }
    connection_.reset();
    shared_->end();
  }

 private:
  bool round(bool last) {
    try {
      if (connection_ == nullptr) open();
      beat();
      copy_history();
      if (last) {
        say(farewell_sql, id_);
      } else {
        prune();
      }
    } catch (const std::exception& error) {
      connection_.reset();
      shared_->tell(fault_of(error, "tell the database that the process is here").what);
      return false;
    }
    shared_->tell("");
    return true;
  }

  void open() {
    ConnectionOptions options;
    options.dsn = shared_->options.dsn;
    options.application_name = shared_->options.application_name;
    connection_ = connect(options);
  }

  template <class... Parameters>
  pqxx::result say(const char* sql, const Parameters&... parameters) {
    pqxx::nontransaction work(*connection_);
    return work.exec_params(sql, parameters...);
  }

  void beat() {
    const ProcessIdentity& own = shared_->identity;
    say(beat_sql, id_, storable(own.role), storable(own.node), storable(own.version), microseconds_of(own.started_at),
        storable(own.grpc_address), storable(own.status_address));
  }

  void copy_history() {
    auto next_beat = steady_clock::now() + shared_->options.beat_every;
    for (auto events = shared_->events_after(copied_); !events.empty(); events = shared_->events_after(copied_)) {
      say(store_sql, id_, lines_of(events));
      copied_ = events.back().sequence;
      if (steady_clock::now() < next_beat) continue;
      beat();
      next_beat = steady_clock::now() + shared_->options.beat_every;
    }
  }

  void prune() {
    if (steady_clock::now() < next_prune_) return;
    const auto pruned =
        say(prune_sql, static_cast<std::int64_t>(shared_->options.retention.count()))[0][0].as<std::int64_t>();
    if (pruned < pruned_at_once) next_prune_ = steady_clock::now() + shared_->options.prune_every;
  }

  const std::shared_ptr<Shared> shared_;
  const std::string id_;
  std::unique_ptr<pqxx::connection> connection_;
  std::uint64_t copied_ = 0;
  steady_clock::time_point next_prune_;
};

PostgresPresence::PostgresPresence(PresenceOptions options, ProcessIdentity identity,
                                   const SupervisionRegistry& registry)
    : shared_(std::make_shared<Shared>(std::move(options), std::move(identity), registry)),
      thread_([shared = shared_] { Herald(shared).run(); }) {}

PostgresPresence::~PostgresPresence() { stop(); }

void PostgresPresence::stop() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  if (shared_->changed.wait_for(lock, shared_->options.patience, [this] { return shared_->ended; })) {
    lock.unlock();
    return thread_.join();
  }
  shared_->abandoned = true;
  lock.unlock();
  thread_.detach();
}

std::optional<std::string> PostgresPresence::trouble() const {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->trouble.empty()) return std::nullopt;
  return shared_->trouble;
}

}  // namespace keel::ops

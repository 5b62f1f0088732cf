#include "ops/postgres_presence.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "ops/log.hpp"
#include "ops/postgres_presence_rows.hpp"

namespace keel::ops {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

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

  Result<std::vector<SupervisionEvent>> events_after(std::uint64_t sequence) const {
    const std::lock_guard lock(mutex);
    if (abandoned) return Fault{Fault::Outcome::nothing_changed, "the process has ended"};
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
  explicit Herald(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

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
    rows_.reset();
    shared_->end();
  }

 private:
  bool round(bool last) {
    const auto told = tell(last);
    if (!told) rows_.reset();
    shared_->tell(told ? "" : told.fault().what);
    return static_cast<bool>(told);
  }

  Result<Done> tell(bool last) {
    if (auto opened = open(); !opened) return opened;
    if (auto beaten = rows_->beat(); !beaten) return beaten;
    if (auto copied = copy_history(); !copied) return copied;
    return last ? rows_->farewell() : prune();
  }

  Result<Done> open() {
    if (rows_ != nullptr) return Done{};
    ConnectionOptions options;
    options.dsn = shared_->options.dsn;
    options.application_name = shared_->options.application_name;
    auto opened = PostgresPresenceRows::open(options, shared_->identity);
    if (!opened) return opened.fault();
    rows_ = *std::move(opened);
    return Done{};
  }

  /// It may take long: the process beats meanwhile.
  Result<Done> copy_history() {
    auto next_beat = steady_clock::now() + shared_->options.beat_every;
    while (true) {
      const auto events = shared_->events_after(copied_);
      if (!events) return events.fault();
      if (events->empty()) return Done{};
      if (auto stored = rows_->store(*events); !stored) return stored;
      copied_ = events->back().sequence;
      if (steady_clock::now() < next_beat) continue;
      if (auto beaten = rows_->beat(); !beaten) return beaten;
      next_beat = steady_clock::now() + shared_->options.beat_every;
    }
  }

  Result<Done> prune() {
    if (steady_clock::now() < next_prune_) return Done{};
    const auto all_gone = rows_->prune(shared_->options.retention);
    if (!all_gone) return all_gone.fault();
    if (*all_gone) next_prune_ = steady_clock::now() + shared_->options.prune_every;
    return Done{};
  }

  const std::shared_ptr<Shared> shared_;
  std::unique_ptr<PostgresPresenceRows> rows_;
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

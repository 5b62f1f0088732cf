#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "query/parking.hpp"
#include "query/projection_store.hpp"

namespace keel::query {

/// A read store in memory, shared by any number of sessions; it also breaks on demand. The twin of the PostgreSQL read
/// store: one contract suite passes on both. Any thread.
class InMemoryReadStore : public std::enable_shared_from_this<InMemoryReadStore> {
 public:
  static std::shared_ptr<InMemoryReadStore> make() { return std::make_shared<InMemoryReadStore>(); }

  /// What `keel migrate` does: generation 1, live, empty.
  void migrate(const Projection& projection);
  std::unique_ptr<ProjectionStore> open();
  OpenProjectionStore opener();
  /// An operator's session on what is parked.
  std::unique_ptr<Parking> open_parking();

  // -- what a test may look at and change ---------------------------------------------------------------------------
  std::map<Key, Row> rows(const std::string& table, std::int64_t generation = 1) const;
  std::vector<ParkedEvent> parked_events(const std::string& projection) const;
  Checkpoint checkpoint(const std::string& projection, const std::string& context, Lane lane) const;
  /// The only generation that is fed.
  void set_live(const std::string& projection, FedGeneration live);
  /// One more, beside the live one.
  void also_feed(const std::string& projection, FedGeneration generation);
  std::size_t commits() const;

  // -- faults ---------------------------------------------------------------------------------------------------------
  /// Rows for which this says yes cannot be stored: SQLSTATE 22.
  void refuse_rows(std::function<bool(const Row&)> refused);
  /// The next commits end as a fault, and nothing was written.
  void fail_next_commits(std::size_t count);
  /// The next commit is written, but its answer is lost; the session is unusable after that.
  void lose_next_answer();
  /// Called at the next commit, before it: time for a rival.
  void before_next_commit(std::function<void()> rival);

 private:
  friend class InMemoryProjectionStore;
  friend class InMemoryParking;
  using LaneKey = std::tuple<std::string, std::int64_t, std::string, std::int32_t>;

  /// What a parked event has beside its pointer.
  struct ParkedRow {
    ParkedEvent event;
    std::int64_t attempts = 1;
    Timestamp parked_at;
    std::optional<Timestamp> discarded_at{};
  };

  StepResult commit(std::string_view projection, std::span<const LaneStep> steps, bool& usable);
  /// Why the steps cannot be taken; nothing when they can.
  std::optional<StepResult> refusal(std::string_view projection, std::span<const LaneStep> steps);
  void take(std::string_view projection, const LaneStep& step);
  void write(const WorkingSet& rows, std::int64_t generation, Lane lane);
  void read(std::int64_t generation, WorkingSet& rows) const;
  /// Whether some row cannot be stored.
  bool refuses(const WorkingSet& rows) const;

  /// Held by whoever changes checkpoints: the lock on their rows, coarser.
  std::mutex checkpoints_mutex_;
  mutable std::mutex mutex_;
  /// The live one first.
  std::map<std::string, std::vector<FedGeneration>> fed_;
  std::map<LaneKey, Checkpoint> checkpoints_;
  std::map<LaneKey, std::vector<ParkedRow>> parked_;
  std::map<std::string, std::map<Key, Row>> tables_;
  std::function<bool(const Row&)> refused_;
  std::function<void()> rival_;
  std::size_t failing_ = 0;
  std::size_t commits_ = 0;
  bool lose_answer_ = false;
};

}  // namespace keel::query

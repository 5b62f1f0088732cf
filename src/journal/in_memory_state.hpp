#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/in_memory_journal.hpp"
#include "journal/placement.hpp"

namespace keel::journal {

/// What an `InMemoryStore` holds: the tables of the journal, as ordered maps. Every function expects the mutex held.
struct InMemoryState {
  struct StoredReceipt {
    Receipt receipt;
    Timestamp recorded_at;
  };
  struct LaneRow {
    std::optional<Uuid> owner;
    Epoch epoch;
    std::vector<RecordedEvent> events;
    std::unordered_map<Uuid, StoredReceipt> receipts;
    Position published;
    std::map<std::string, Position, std::less<>> reactions;
    std::map<std::string, Timer, std::less<>> timers;

    Position head() const { return Position{static_cast<std::int64_t>(events.size())}; }
    HeldLane held(Lane lane) const { return {lane, epoch, head()}; }
  };
  struct SnapshotRow {
    Snapshot snapshot;
    Uuid incarnation;
  };
  struct EventKey {
    Lane lane;
    Position position;
  };
  struct Context {
    std::vector<LaneRow> lanes;
    std::unordered_map<AggregateRef, std::map<Version, EventKey>> versions;
    std::unordered_map<AggregateRef, SnapshotRow> snapshots;

    LaneRow& lane(Lane lane) { return lanes.at(static_cast<std::size_t>(lane.value)); }
    const LaneRow* find(Lane lane) const;
    bool has(const AggregateRef& aggregate, Version version) const;
    const RecordedEvent& event(const EventKey& key) const;
    Version last_version(const AggregateRef& aggregate) const;
  };
  struct OwnerRow {
    std::string name;
    std::uint64_t session = 0;
    Timestamp seen_at;
  };
  /// What becomes of one of the next appends.
  struct Fate {
    AppendOutcome outcome = AppendOutcome::stored;
    InMemoryStore::Lost lost = InMemoryStore::Lost::nothing_stored;
  };
  /// A statement that still runs although nobody waits for it.
  struct Straggler {
    std::string context;
    std::vector<HeldLane> lanes;
    std::vector<Entry> entries;
  };

  explicit InMemoryState(InMemoryStore::Options chosen);

  Context* find(std::string_view name);
  bool owner_lives(const Uuid& owner) const;
  std::size_t lanes_of(const Uuid& owner) const;
  /// Checks everything, then changes everything: a batch is stored whole or not at all.
  Appended store(const Batch& batch);
  /// Makes a straggler of a batch.
  void keep_running(const Batch& batch);
  /// Lets the stragglers of a context end: what a row lock waits for.
  void finish_stragglers(std::string_view context);

  InMemoryStore::Options options;
  mutable std::mutex mutex;
  Identity identity;
  std::map<std::string, Context, std::less<>> contexts;
  std::map<Uuid, OwnerRow> owners;

  std::uint64_t sessions_made = 0;
  std::set<std::uint64_t> live_sessions;
  bool refusing_sessions = false;

  std::size_t appends = 0;
  std::deque<Fate> fates;
  std::vector<Straggler> stragglers;
  std::size_t faults_left = 0;
  std::string fault_text;
  bool paused = false;
  std::size_t waiting = 0;
  std::condition_variable changed;

 private:
  std::optional<Appended> lanes_refuse(const Context& context, const Batch& batch) const;
  std::optional<Appended> checks_refuse(const Context& context, const Batch& batch) const;
  std::optional<Appended> keys_refuse(const Context& context, const Batch& batch) const;
  Timestamp time_of(Context& context, const Batch& batch) const;
  void keep(Context& context, const Entry& entry, const HeldLane& held, const Placed& place, Timestamp recorded_at);
};

}  // namespace keel::journal

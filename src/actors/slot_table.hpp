#pragma once

#include <caf/actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/messages.hpp"
#include "actors/pending_call.hpp"
#include "actors/restart_policy.hpp"
#include "domain/aggregate.hpp"
#include "ops/actor_control.hpp"

namespace keel::actors {

/// One aggregate as its lane sees it.
struct Slot {
  enum class State : std::uint8_t {
    /// Its history is on its way; calls wait.
    loading,
    /// Its actor takes calls.
    live,
    /// Its actor was asked to leave; calls wait for the answer.
    asked,
    /// Its life has ended, and the writer has not yet closed it; calls wait.
    closing,
    /// It starts again when a pause is over; calls wait.
    pausing,
    /// It waits for a person; calls are refused.
    quarantined,
    /// A person said that it may load again: at its next call.
    lifted,
  };

  /// What only slots in trouble or in transition have.
  struct Extra {
    CallQueue waiting;
    RestartHistory deaths;
    RestartHistory failed_loads;
    /// Why it crashed last; empty when it never did.
    std::string cause;
    /// What it crashed at, or could not be restored from.
    std::optional<ops::Breakage> broken_by;
    /// It has crashed and does not yet run again.
    bool crashed = false;
    /// It is shown as a node of its own.
    bool shown = false;
    /// Why an operator wants it out of memory: until then no call gets to it. Empty when nobody does.
    std::string leaving;
    /// It has left at an operator's word and comes back for its calls.
    bool left = false;
    /// Its quarantine was lifted and it has not yet been loaded.
    bool lifted = false;
    std::chrono::milliseconds pause{0};
  };

  Slot(const domain::AggregateKind& of, std::string aggregate_id, std::uint64_t hashed)
      : kind(&of), id(std::move(aggregate_id)), hash(hashed) {}

  const domain::AggregateKind* kind;
  const std::string id;
  const std::uint64_t hash;
  /// Of the life that is loading, live or closing.
  std::uint64_t incarnation = 0;
  caf::actor actor;
  std::unique_ptr<Extra> extra;
  /// Its neighbours by last use; only while live or asked.
  Slot* fresher = nullptr;
  Slot* staler = nullptr;
  /// The lane's tick at its last call.
  std::uint32_t used_at = 0;
  State state = State::loading;

  bool has_waiting() const { return extra != nullptr && !extra->waiting.empty(); }
  LifeId life() const { return {hash, incarnation}; }
  AggregateRef aggregate() const { return {std::string(kind->type), id}; }
};

/// The slots of a lane: found by hash (open addressing, the hash computed once per call by whoever routed it), and in
/// the order of their last use.
///
/// Why not std::unordered_map? Because it would hash the id again, and hold it twice.
class SlotTable {
 public:
  std::size_t size() const { return size_; }

  Slot* find(std::uint64_t hash, const domain::AggregateKind* kind, std::string_view id) const;
  /// The slot with this life; null when it has another one by now.
  Slot* find(LifeId life) const;
  Slot& add(const domain::AggregateKind& kind, std::string id, std::uint64_t hash);
  void erase(Slot& slot);
  /// Every slot, in no order; the callback must neither add nor erase.
  template <class Visitor>
  void each(Visitor visit) const {
    for (const auto& cell : cells_) {
      if (cell != nullptr) visit(*cell);
    }
  }

  // -- by last use ----------------------------------------------------------------------------------------------
  void use(Slot& slot);
  void forget_use(Slot& slot);
  /// The least recently used; null when none is in the order.
  Slot* stalest() const { return stalest_; }
  std::size_t in_use_order() const { return ordered_; }

 private:
  template <class Predicate>
  Slot* find_if(std::uint64_t hash, Predicate is) const;
  std::size_t home(std::uint64_t hash) const;
  void grow();
  void place(std::unique_ptr<Slot> slot);

  std::vector<std::unique_ptr<Slot>> cells_;
  std::size_t size_ = 0;
  Slot* freshest_ = nullptr;
  Slot* stalest_ = nullptr;
  std::size_t ordered_ = 0;
};

/// A list of them all, for those who add or erase while they walk.
std::vector<Slot*> slots_of(const SlotTable& slots);

}  // namespace keel::actors

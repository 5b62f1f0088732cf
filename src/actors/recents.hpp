#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/uuid.hpp"

namespace keel::actors {

struct PendingCall;

/// The request ids that a busy aggregate has accepted lately, oldest first. An idle aggregate has none, and then this
/// holds no memory.
class Recents {
 public:
  struct Known {
    Uuid id;
    Timestamp received;
    /// The call that used the id, while it is in flight; null when it is durable.
    PendingCall* in_flight;
  };

  /// Null when the id is not known.
  const Known* find(const Uuid& id) const;
  void add(const Uuid& id, Timestamp received, PendingCall& call);
  /// This call's effect is durable.
  void settled(const Uuid& id, const PendingCall& call);
  /// Forgets what was received before this moment and is durable, and says when the newest of that was received
  /// (`floor` if nothing was).
  Timestamp forget(Timestamp before, Timestamp floor);
  std::size_t size() const { return known_.size() - first_; }

 private:
  void compact();

  std::vector<Known> known_;
  std::size_t first_ = 0;
  /// Places since the beginning, of every known id; only while there are many.
  std::unique_ptr<std::unordered_map<Uuid, std::size_t>> places_;
  std::size_t compacted_ = 0;
};

}  // namespace keel::actors

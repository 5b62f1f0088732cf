#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "journal/journal.hpp"
#include "journal/recent_events.hpp"

namespace keel::actors {

/// All lanes of one context as this process holds them, seen live by the context's writer and runners.
///
/// Why live? Because an epoch rises while the lanes stay ours: after an unknown outcome the writer takes them anew, and
/// whoever fences by an epoch must then use the new one. Any thread; only `read` may block.
class HeldLanes {
 public:
  /// `lanes` in lane order, without a gap: lane i stands at index i.
  HeldLanes(std::string context, std::span<const journal::HeldLane> lanes);

  const std::string& context() const { return context_; }
  std::int32_t count() const { return static_cast<std::int32_t>(lanes_.size()); }

  /// The lane's present epoch, and the last position that is known to be stored.
  journal::HeldLane lane(Lane lane) const;
  Epoch epoch(Lane lane) const { return {at(lane).epoch.load(std::memory_order_acquire)}; }
  Position last(Lane lane) const { return {at(lane).last.load(std::memory_order_acquire)}; }

  /// False once the process has lost the lanes or gives them up: what is fenced by them will fail.
  bool held() const { return held_.load(std::memory_order_acquire); }

  /// The events of a lane after a position, at most `limit`: from memory while they are recent, else from the journal
  /// (then it blocks).
  Result<std::vector<journal::StoredEvent>> read(journal::Journal& journal, Lane lane, Position after,
                                                 std::size_t limit) const;

  // -- the writer's and the engine's part -------------------------------------------------------------------------
  void retaken(std::span<const journal::HeldLane> lanes);
  void stored(Lane lane, Position last) { at(lane).last.store(last.value, std::memory_order_release); }
  void lost() { held_.store(false, std::memory_order_release); }
  /// What was stored goes there before `stored` says so.
  journal::RecentEvents& recent() { return recent_; }

 private:
  struct Held {
    std::atomic<std::int64_t> epoch{0};
    std::atomic<std::int64_t> last{0};
  };
  const Held& at(Lane lane) const { return lanes_.at(static_cast<std::size_t>(lane.value)); }
  Held& at(Lane lane) { return lanes_.at(static_cast<std::size_t>(lane.value)); }

  std::string context_;
  std::vector<Held> lanes_;
  journal::RecentEvents recent_;
  std::atomic<bool> held_{true};
};

/// The lanes of every context that this process owns, by context.
using LanesByContext = std::map<std::string, std::shared_ptr<HeldLanes>, std::less<>>;

}  // namespace keel::actors

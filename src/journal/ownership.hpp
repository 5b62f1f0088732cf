#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"

namespace keel::journal {

/// Where a process stands with the lanes.
enum class OwnershipState {
  /// Not the owner, and trying: at start, while rivals hold a lane, or while the journal cannot be reached.
  standby,
  /// Owns every lane of every context.
  owning,
  /// Found itself fenced and is about to give back what is left; then it stands by.
  lost,
  /// Gave the lanes back for good.
  stopped,
};

std::string_view name_of(OwnershipState state);

/// The lanes of one context, as they were taken.
struct ContextLanes {
  std::string context;
  std::vector<HeldLane> lanes;
};

/// Hears what becomes of the ownership. Called on the thread of `Ownership`, inside its calls; must neither block nor
/// call it.
class OwnershipHost {
 public:
  virtual ~OwnershipHost() = default;

  /// All lanes of all contexts are ours: writers may adopt them, aggregates may load.
  virtual void took_over(std::span<const ContextLanes> contexts) = 0;
  /// All of them are gone, in every context: writers abandon their lanes, actors die, callers get `NOT_OWNER`.
  virtual void lost(std::string_view why) = 0;
  /// Somebody else holds lanes; said once for each set of owners that stands in the way.
  virtual void standing_by(std::span<const Rival> rivals) = 0;
  /// The journal answered with a fault; the next step uses a fresh session.
  virtual void faulted(const Fault& fault) = 0;
};

struct OwnershipOptions {
  /// How often the owner's row is renewed, and how often a standby tries. An owner silent for 10 s may lose its lanes.
  std::chrono::milliseconds beat{1000};
  /// `--take-over`: the first take-over does not ask whether the lanes are free. Never used again after it.
  bool forced = false;
};

/// Holds every lane of every context for this process, or none (docs/protocol.md 1.4).
///
///     while (!stopping) wait(ownership.step());
///     ownership.stop();                              // after the writers are empty
///
/// Beats every second, takes the lanes over when they are free, stands by while they are not. A process that finds
/// itself fenced gives up the rest and waits until all are free: it never takes back by itself, and never by force.
/// Clocks only decide when to try; the epoch decides who may write. The writers find out when they write; when they
/// have nothing to write, the next beat does.
///
/// Confined to one thread of its own, because `step` blocks in the journal. Owns one session, apart from the writers',
/// so that a long append never delays a beat. The host must outlive it.
class Ownership {
 public:
  Ownership(Owner owner, std::vector<std::string> contexts, OpenJournal open, OwnershipHost& host,
            OwnershipOptions options = {});

  /// Beats, and tries to take over when not owning. Blocks. Returns the time until the next step.
  std::chrono::milliseconds step();
  /// A writer found another epoch on a lane of this context: all is given up. Calls `lost` at once, once.
  void fenced(std::string_view context, std::string_view why);
  /// Gives all lanes back, so that a standby need not wait for 10 s. Blocks. On a fault the lanes stay marked as ours
  /// until a standby finds this process gone; nothing is at risk. Steps do nothing from now on.
  Result<Done> stop();

  OwnershipState state() const { return state_; }
  /// Who stood in the way at the last step; empty when owning.
  const std::vector<Rival>& rivals() const { return rivals_; }

 private:
  bool connected();
  void take_over();
  void compare(std::size_t still_ours);
  void lose(const std::string& why);
  void give_up();
  void stand_by(std::vector<Rival> rivals);
  void fault(const Fault& fault);

  Owner owner_;
  std::vector<std::string> contexts_;
  OpenJournal open_;
  OwnershipHost& host_;
  OwnershipOptions options_;
  OwnershipState state_ = OwnershipState::standby;
  std::unique_ptr<Journal> session_;
  /// How many lanes were taken; meaningful when owning.
  std::size_t taken_ = 0;
  std::vector<Rival> rivals_;
};

}  // namespace keel::journal

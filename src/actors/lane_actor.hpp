#pragma once

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>

#include "actors/messages.hpp"
#include "actors/slot_table.hpp"
#include "actors/surroundings.hpp"
#include "ops/supervision.hpp"

namespace keel::actors {

/// What a lane is made of. The slots outlive the actor: when it crashes, its successor still knows which lives the
/// writer must close before anything of them may load again.
struct LaneParts {
  std::shared_ptr<const LaneSurroundings> surroundings;
  caf::actor context;
  std::shared_ptr<SlotTable> slots;
  std::shared_ptr<ops::AggregateGroup> group;
};

/// The supervisor of a lane's aggregates: routes their calls, loads them at the first, lets them go when they are idle
/// or too many, and starts them again when they have died. Only the lane retires an aggregate.
///
/// A life begins after its predecessor was closed by the writer, never before (docs/protocol.md 1.3); until then its
/// calls wait here, bounded.
class LaneActor final : public caf::event_based_actor {
 public:
  LaneActor(caf::actor_config& config, LaneParts parts);
  const char* name() const override { return "lane"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void take_over_slots();

  // -- calls ------------------------------------------------------------------------------------------------------
  void take(std::unique_ptr<PendingCall> call);
  void wait(Slot& slot, std::unique_ptr<PendingCall> call);
  void send_waiting(Slot& slot);
  static void answer_waiting(Slot& slot, Trouble trouble);

  // -- a life begins ------------------------------------------------------------------------------------------------
  void load(Slot& slot);
  void loaded(msg::LoadedLife life);
  void bring_to_life(Slot& slot, Restored restored, const std::vector<Uuid>& looked_up);
  void quarantine(Slot& slot, std::string_view cause);
  void load_again_later(Slot& slot);
  void back_off(Slot& slot);
  void pause(Slot& slot, std::chrono::milliseconds length);
  void again(LifeId life);

  // -- and ends -----------------------------------------------------------------------------------------------------
  void close(Slot& slot);
  void closed(LifeId life);
  void crashed(const msg::Crashed& crash);
  void distrust();
  void drop(Slot& slot);

  // -- operators (lane_operators.cpp) ---------------------------------------------------------------------------------
  void asked(OperatorCall call);
  std::vector<ops::ActorAction> possible(const Slot& slot) const;
  void describe(const Slot& slot, OperatorCall call);
  void carry_out(Slot& slot, const ops::ActorOrder& order);
  void lift(Slot& slot, const std::string& cause);
  void say_left(Slot& slot);
  void step_down();

  // -- leaving memory (lane_leaving.cpp) ------------------------------------------------------------------------------
  void tick();
  void ask_to_leave(Slot& slot, bool when_idle = false);
  void ask_idle_ones();
  void ask_surplus();
  void still_busy(LifeId life);
  void answer_late_ones();
  void forget_old_troubles();
  Slot::Extra& with_extra(Slot& slot);
  void drop_extra(Slot& slot);
  void rest();
  void say_rested_if_so();

  std::string shown_name(const Slot& slot) const;

  std::shared_ptr<const LaneSurroundings> surroundings_;
  const Setting& setting_;
  caf::actor context_;
  std::shared_ptr<SlotTable> slots_;
  std::shared_ptr<ops::AggregateGroup> group_;
  /// The slots with an `extra`, so that nobody has to look through all of them.
  std::unordered_set<Slot*> special_;
  std::size_t cap_;
  std::uint32_t now_ = 0;
  std::uint32_t idle_ticks_;
  bool resting_ = false;
  bool told_rested_ = false;
  /// Calls that wait stay for a successor.
  bool succeeded_ = false;
};

}  // namespace keel::actors

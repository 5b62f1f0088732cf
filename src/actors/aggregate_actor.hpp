#pragma once

#include <caf/event_based_actor.hpp>

#include <memory>
#include <optional>

#include "actors/live_aggregate.hpp"
#include "actors/messages.hpp"
#include "actors/surroundings.hpp"

namespace keel::actors {

/// The actor around one life of an aggregate: it carries messages, `LiveAggregate` decides.
///
/// It tells its lane how it ended. Why does the lane not monitor it? A monitor costs every idle aggregate memory, and
/// its notice names an actor that the lane would have to search for.
class AggregateActor final : public caf::event_based_actor, private LiveAggregate::Surroundings {
 public:
  AggregateActor(caf::actor_config& config, std::shared_ptr<const LaneSurroundings> lane,
                 const domain::AggregateKind& kind, std::string id, LifeId life, Restored restored);

  const char* name() const override { return "aggregate"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  void inspect(Inspection inspection);
  ops::AggregateDetail detail();
  void rest(bool when_idle);
  void rest_if_due();

  void write(journal::Item item) override;
  void look_up(const Uuid& request_id) override;
  void hand_back(std::unique_ptr<PendingCall> call) override;
  std::shared_ptr<journal::Sink> sink() override;

  std::shared_ptr<const LaneSurroundings> lane_;
  std::optional<LiveAggregate> live_;
  std::shared_ptr<journal::Sink> sink_;
  std::uint64_t hash_;
  bool told_end_ = false;
  bool resting_ = false;
};

}  // namespace keel::actors

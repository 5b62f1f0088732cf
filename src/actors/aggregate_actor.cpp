#include "actors/aggregate_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <exception>
#include <iterator>
#include <utility>

#include "actors/exceptions.hpp"

namespace keel::actors {
namespace {

/// Carries the writer's word to an aggregate, from the writer's thread. Holds it weakly, because it is held by it.
class AggregateSink final : public journal::Sink {
 public:
  explicit AggregateSink(caf::actor_addr aggregate) : aggregate_(std::move(aggregate)) {}

  void confirmed(std::uint64_t, std::span<journal::Outcome> outcomes, bool ended) override {
    std::vector<journal::Outcome> moved(std::make_move_iterator(outcomes.begin()),
                                        std::make_move_iterator(outcomes.end()));
    const auto alive = caf::actor_cast<caf::actor>(aggregate_);
    if (alive) caf::anon_send(alive, msg::Confirmed({std::move(moved), ended}));
  }

 private:
  const caf::actor_addr aggregate_;
};

}  // namespace

AggregateActor::AggregateActor(caf::actor_config& config, std::shared_ptr<const LaneSurroundings> lane,
                               const domain::AggregateKind& kind, AggregateRef aggregate, LifeId life,
                               Restored restored)
    : caf::event_based_actor(config), lane_(std::move(lane)), hash_(life.hash) {
  live_.emplace(kind, std::move(aggregate), lane_->lane, life.incarnation, std::move(restored), lane_->setting.live,
                static_cast<LiveAggregate::Surroundings&>(*this));
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    std::string cause = text_of(thrown);
    caf::anon_send(lane_->lane_actor, msg::Crashed{{hash_, live_->incarnation()}, cause});
    return caf::make_error(caf::sec::runtime_error, std::move(cause));
  });
}

caf::behavior AggregateActor::make_behavior() {
  return {
      [this](msg::Call& call) { live_->take(std::move(*call)); },
      [this](msg::Confirmed& confirmed) {
        live_->confirmed(confirmed->outcomes, confirmed->ended);
        rest_if_due();
      },
      [this](msg::Found& found) {
        live_->looked_up(*found);
        rest_if_due();
      },
      [this](const msg::Rest& rest_order) { rest(rest_order.when_idle); },
  };
}

void AggregateActor::on_exit() {
  live_.reset();
  sink_.reset();
  lane_.reset();
}

void AggregateActor::rest(bool when_idle) {
  if (!when_idle && (!live_->idle() || live_->ended())) {
    caf::anon_send(lane_->lane_actor, msg::StillBusy{{hash_, live_->incarnation()}});
    return;
  }
  resting_ = true;
  rest_if_due();
}

void AggregateActor::rest_if_due() {
  if (told_end_) return;
  const LifeId life{hash_, live_->incarnation()};
  if (live_->ended()) {
    told_end_ = true;
    caf::anon_send(lane_->lane_actor, msg::Ended{life});
    return;
  }
  if (!resting_ || !live_->idle() || live_->write_snapshot()) return;
  told_end_ = true;
  caf::anon_send(lane_->lane_actor, msg::Rested{life});
}

void AggregateActor::write(journal::Item item) { caf::anon_send(lane_->writer, msg::Write(std::move(item))); }

void AggregateActor::look_up(const Uuid& request_id) {
  caf::anon_send(lane_->load_desk,
                 msg::LookUp({lane_->context, lane_->lane, request_id, caf::actor_cast<caf::actor>(this)}));
}

void AggregateActor::hand_back(std::unique_ptr<PendingCall> call) {
  caf::anon_send(lane_->lane_actor, msg::Call(std::move(call)));
}

std::shared_ptr<journal::Sink> AggregateActor::sink() {
  if (sink_ == nullptr) sink_ = std::make_shared<AggregateSink>(address());
  return sink_;
}

}  // namespace keel::actors

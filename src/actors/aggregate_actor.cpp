#include "actors/aggregate_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "actors/command_failed.hpp"
#include "actors/exceptions.hpp"
#include "actors/state_text.hpp"

namespace keel::actors {
namespace {

constexpr std::chrono::milliseconds durable_again_after{10};

std::optional<ops::Breakage> breakage_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const CommandFailed& failed) {
    return failed.breakage();
  } catch (...) {
    return std::nullopt;
  }
}

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
                               const domain::AggregateKind& kind, std::string id, LifeId life, Restored restored)
    : caf::event_based_actor(config), lane_(std::move(lane)), hash_(life.hash) {
  live_.emplace(kind, std::move(id), lane_->lane, life.incarnation, std::move(restored), lane_->setting.live,
                static_cast<LiveAggregate::Surroundings&>(*this));
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    std::string cause = text_of(thrown);
    caf::anon_send(lane_->lane_actor, msg::Crashed{{hash_, live_->incarnation()}, cause, breakage_of(thrown)});
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
      [this](msg::Inspect& inspection) { inspect(std::move(*inspection)); },
      [](const msg::Break& order) { break_down(order.cause); },
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

/// A state is shown when it is durable (docs/protocol.md 2, rule 13). Asked for again and again, because a look at
/// every confirmation would be paid for by every command.
void AggregateActor::inspect(Inspection inspection) {
  if (inspection.reply.told()) return;
  if (live_->ended()) return inspection.reply.refuse(ops::ActorProblem::Kind::unavailable, "this life has just ended");
  if (!inspection.taken_at) {
    inspection.taken_at = live_->version();
    auto& told = inspection.description.aggregate.emplace(detail());
    if (inspection.with_state) {
      auto [json, problem] = text_of(live_->state());
      told.state_json = std::move(json);
      told.state_problem = std::move(problem);
    }
  }
  if (inspection.with_state && live_->durable_version() < *inspection.taken_at) {
    return delayed_send(this, durable_again_after, msg::Inspect(std::move(inspection)));
  }
  if (inspection.with_state) inspection.description.aggregate->durable_version = *inspection.taken_at;
  inspection.reply.describe(std::move(inspection.description));
}

ops::AggregateDetail AggregateActor::detail() {
  AggregateRef aggregate = live_->aggregate();
  ops::AggregateDetail detail;
  detail.name = {std::string(lane_->context), std::move(aggregate.type), std::move(aggregate.id)};
  detail.lane = live_->lane();
  detail.version = live_->version();
  detail.durable_version = live_->durable_version();
  detail.in_flight = live_->in_flight();
  detail.mailbox = mailbox().size();
  detail.decided = live_->decided();
  if (live_->last_taken() != Timestamp{}) detail.last_command = live_->last_taken();
  return detail;
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

#include "actors/owner_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <utility>

#include "actors/exceptions.hpp"
#include "ops/log.hpp"

namespace keel::actors {

OwnerActor::OwnerActor(caf::actor_config& config, const Setting& setting, std::vector<std::string> contexts,
                       caf::actor guardian)
    : caf::event_based_actor(config),
      setting_(setting),
      contexts_(std::move(contexts)),
      guardian_(std::move(guardian)) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
}

caf::behavior OwnerActor::make_behavior() {
  ownership_ =
      std::make_unique<journal::Ownership>(setting_.owner, contexts_, setting_.open_owner,
                                           static_cast<journal::OwnershipHost&>(*this), setting_.options.ownership);
  caf::anon_send(this, msg::Step{alarm_});
  return {
      [this](const msg::Step& due) {
        if (due.alarm == alarm_) step();
      },
      [this](const msg::LanesLost& by_writer) {
        ownership_->fenced(by_writer.context, by_writer.why);
        step();
      },
      [this](msg::GiveUp) {
        ++alarm_;
        const auto given_up = ownership_->stop();
        caf::anon_send(guardian_, msg::GaveUp{given_up ? std::string() : given_up.fault().what});
      },
      [](const msg::Break& order) { break_down(order.cause); },
  };
}

void OwnerActor::on_exit() {
  ownership_.reset();
  guardian_ = nullptr;
}

void OwnerActor::step() { delayed_send(this, ownership_->step(), msg::Step{++alarm_}); }

void OwnerActor::took_over(std::span<const journal::ContextLanes> contexts) {
  caf::anon_send(guardian_, msg::TookOver{{contexts.begin(), contexts.end()}});
}

void OwnerActor::lost(std::string_view why) { caf::anon_send(guardian_, msg::LanesLost{{}, std::string(why)}); }

void OwnerActor::standing_by(std::span<const journal::Rival> rivals) {
  for (const auto& rival : rivals) {
    log::info("owner", "standing by: somebody else holds a lane",
              {{"context", rival.context}, {"lane", rival.lane.value}, {"owner", rival.owner}});
    break;
  }
  caf::anon_send(guardian_, msg::StandingBy{{rivals.begin(), rivals.end()}});
}

void OwnerActor::faulted(const Fault& fault) {
  log::warn("owner", "the journal did not answer", {{"what", fault.what}});
  caf::anon_send(guardian_, msg::OwnerFault{fault.what});
}

}  // namespace keel::actors

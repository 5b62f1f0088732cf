#pragma once

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/bells.hpp"
#include "actors/engine_status.hpp"
#include "actors/messages.hpp"
#include "actors/restart_policy.hpp"
#include "actors/routes.hpp"
#include "actors/surroundings.hpp"

namespace keel::actors {

struct GuardianParts {
  const Setting* setting;
  std::vector<ContextRoute*> routes;
  const std::vector<HostedService>* services;
  std::shared_ptr<EngineStatus> status;
};

/// The top of the tree: holds the owner and the loaders always, and the contexts for as long as the lanes are held.
///
/// Lanes lost, a context that gave up, a dead owner: all end the same way, because a process owns all lanes or none:
/// the contexts go, the lanes are given up, and the owner tries for them again. Too often, and the engine has failed.
class Guardian final : public caf::event_based_actor {
 public:
  Guardian(caf::actor_config& config, GuardianParts parts);
  const char* name() const override { return "guardian"; }

 private:
  /// What a stop goes through, in this order (docs/protocol.md 2, the last rule).
  enum class Stop { not_asked, resting, services, giving_up, done };

  caf::behavior make_behavior() override;
  void on_exit() override;
  caf::actor me() { return caf::actor_cast<caf::actor>(this); }

  void begin();
  void start_desk();
  void start_owner();
  void took_over(const msg::TookOver& taken);
  void context_open(std::uint64_t term);
  void lost(const msg::LanesLost& lost);
  void fail_or_go_on(const std::string& why);
  void end_contexts();
  void child_died(const caf::down_msg& down);
  void restart(std::size_t child);
  void stand_by(std::string why);
  void asked(OperatorCall call);
  void asked_of_owner(OperatorCall call);

  void stop();
  void go_on_stopping();
  void enter(Stop stage, std::chrono::milliseconds limit);
  void time_over(int stage);
  void finish(bool lanes_given_back);

  GuardianParts parts_;
  const Setting& setting_;
  ops::NodeId root_ = 0;
  ops::NodeId journal_ = 0;
  ops::NodeId owner_node_ = 0;
  caf::actor owner_;
  caf::actor desk_;
  std::vector<caf::actor> contexts_;
  std::shared_ptr<Bells> bells_ = std::make_shared<Bells>();
  LanesByContext held_;
  std::uint64_t term_ = 0;
  std::size_t open_contexts_ = 0;
  RestartHistory context_deaths_;
  RestartHistory owner_deaths_;
  RestartHistory desk_deaths_;
  Stop stop_ = Stop::not_asked;
  std::size_t awaited_ = 0;
  bool all_rested_ = true;
};

}  // namespace keel::actors

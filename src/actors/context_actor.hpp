#pragma once

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/bells.hpp"
#include "actors/lane_actor.hpp"
#include "actors/messages.hpp"
#include "actors/routes.hpp"
#include "actors/runner_actor.hpp"
#include "actors/surroundings.hpp"
#include "ops/supervision.hpp"

namespace keel::actors {

struct ContextParts {
  const Setting* setting;
  ContextRoute* route;
  std::vector<journal::HeldLane> lanes;
  LanesByContext held;
  std::vector<const HostedService*> services;
  std::shared_ptr<Bells> bells;
  caf::actor load_desk;
  caf::actor guardian;
  /// Which holding of the lanes this is.
  std::uint64_t term;
  ops::NodeId root;
};

/// The supervisor of one context for as long as its lanes are held: writer first, then lanes and services, each
/// restarted alone. It lives and dies with the lanes: a writer that crashed, or a lane that crashes too often, cannot
/// be mended here, so the lanes are given up and taken anew.
class ContextActor final : public caf::event_based_actor {
 public:
  ContextActor(caf::actor_config& config, ContextParts parts);
  const char* name() const override { return "context"; }

 private:
  struct Child {
    caf::actor actor;
    ops::NodeId node = 0;
    RestartHistory deaths;
    bool rested = false;
    /// Why an operator has it started anew; empty when nobody does.
    std::string renewed;
  };
  struct LaneChild : Child {
    std::shared_ptr<SlotTable> slots = std::make_shared<SlotTable>();
    std::shared_ptr<ops::AggregateGroup> group;
  };
  struct Service : Child {
    std::shared_ptr<RunnerControl> control;
  };

  caf::behavior make_behavior() override;
  void on_exit() override;

  void start_writer();
  void open_lanes();
  void start_lane(std::size_t lane);
  void start_service(std::size_t service);

  void child_died(const caf::down_msg& down);
  void lane_died(std::size_t lane, const caf::error& reason);
  void service_ended(std::size_t service, const caf::error& reason);
  void back_off(Child& child, const RestartPolicy& policy, std::size_t number, const std::string& cause);
  void restart(std::size_t child);
  void escalate(std::string why);

  // -- operators (context_operators.cpp) ----------------------------------------------------------------------------
  void asked(OperatorCall call);
  void asked_of_context(OperatorCall call, const caf::actor& to_crash);
  void asked_of_lane(OperatorCall call, std::size_t lane);
  void asked_of_service(OperatorCall call, std::size_t service);

  void rest();
  void lane_rested(std::size_t lane);
  void say_rested_if_so();
  void stop_services();
  void say_services_stopped_if_so();

  ContextParts parts_;
  const Setting& setting_;
  ops::NodeId node_ = 0;
  Child writer_;
  std::vector<LaneChild> lanes_;
  std::vector<Service> services_;
  /// Why an operator had the context end; empty when nobody did.
  std::string ended_;
  bool open_ = false;
  bool resting_ = false;
  bool stopping_services_ = false;
};

}  // namespace keel::actors

#pragma once

#include <caf/event_based_actor.hpp>

#include <memory>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/surroundings.hpp"
#include "journal/ownership.hpp"

namespace keel::actors {

/// The thread of the ownership: beats, takes the lanes over when they are free, gives them back. Tells the guardian.
class OwnerActor final : public caf::event_based_actor, private journal::OwnershipHost {
 public:
  OwnerActor(caf::actor_config& config, const Setting& setting, std::vector<std::string> contexts, caf::actor guardian);
  const char* name() const override { return "owner"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void step();

  void took_over(std::span<const journal::ContextLanes> contexts) override;
  void lost(std::string_view why) override;
  void standing_by(std::span<const journal::Rival> rivals) override;
  void faulted(const Fault& fault) override;

  const Setting& setting_;
  std::vector<std::string> contexts_;
  caf::actor guardian_;
  std::unique_ptr<journal::Ownership> ownership_;
  std::uint64_t alarm_ = 0;
};

}  // namespace keel::actors

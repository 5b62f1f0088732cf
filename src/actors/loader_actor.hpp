#pragma once

#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <memory>

#include "actors/load_desk.hpp"
#include "actors/surroundings.hpp"
#include "journal/journal.hpp"

namespace keel::actors {

/// The thread and session of one loader: reads and folds the histories of a whole batch, and looks up old request ids.
class LoaderActor final : public caf::event_based_actor {
 public:
  LoaderActor(caf::actor_config& config, const Setting& setting, caf::actor desk, std::size_t number);
  const char* name() const override { return "loader"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void serve(const LoadBatch& batch);
  /// Null, and a fault, when there is no session.
  journal::Journal* session(Fault& fault);
  void load(std::string_view context, std::span<const msg::WantedLoad> wanted);
  void look_up(std::string_view context, std::span<const msg::WantedLookUp> wanted);
  Result<std::vector<journal::Receipt>> receipts(std::string_view context, std::span<const msg::WantedLookUp> wanted);

  const Setting& setting_;
  caf::actor desk_;
  const std::size_t number_;
  std::unique_ptr<journal::Journal> session_;
  ops::Histogram load_seconds_;
  ops::Counter loads_;
  ops::Counter failed_loads_;
  ops::Counter look_ups_;
};

}  // namespace keel::actors

#pragma once

#include <caf/actor_clock.hpp>
#include <caf/event_based_actor.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/messages.hpp"
#include "actors/restart_policy.hpp"
#include "actors/surroundings.hpp"

namespace keel::actors {

/// What one loader does in one go, for one context.
struct LoadBatch {
  std::string_view context;
  std::vector<msg::WantedLoad> loads;
  std::vector<msg::WantedLookUp> look_ups;
};

/// Queues what must be read and hands it out to the loaders, in batches: while all of them are busy, wishes gather, so
/// that the loads of many cold aggregates share one query, and never more load at once than the loaders take. Look-ups
/// also gather for a moment after the last query of theirs.
/// Supervises the loaders; a loader that dies is replaced after a pause, and what it was doing counts as failed.
class LoadDesk final : public caf::event_based_actor {
 public:
  LoadDesk(caf::actor_config& config, const Setting& setting, ops::NodeId journal_node);
  const char* name() const override { return "load desk"; }

 private:
  struct Wishes {
    std::deque<msg::WantedLoad> loads;
    std::deque<msg::WantedLookUp> look_ups;
  };
  struct Loader {
    caf::actor actor;
    std::shared_ptr<const LoadBatch> busy_with;
    ops::NodeId node = 0;
    RestartHistory deaths;
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  void hire(std::size_t loader);
  void hand_out();
  std::shared_ptr<const LoadBatch> next_batch();
  bool look_ups_due();
  void asked(OperatorCall call);
  void loader_died(const caf::down_msg& down);
  static void fail(const LoadBatch& batch, const std::string& cause);

  const Setting& setting_;
  const ops::NodeId journal_node_;
  std::map<std::string_view, Wishes> wishes_;
  std::string_view served_last_;
  caf::actor_clock::time_point look_ups_due_at_;
  bool look_up_alarm_set_ = false;
  std::vector<Loader> loaders_;
};

}  // namespace keel::actors

#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors/held_lanes.hpp"
#include "journal/in_memory_journal.hpp"
#include "keel/type/v1/event_metadata.pb.h"

namespace keel::test {

/// A journal in memory whose lanes this test owns, as the engine would hand them to a runner.
class JournalStage {
 public:
  explicit JournalStage(std::vector<std::string> contexts, std::int32_t lane_count = 2, Clock clock = system_now)
      : contexts_(contexts),
        store_(journal::InMemoryStore::make({.contexts = contexts, .lane_count = lane_count, .clock = clock})),
        session_(open()),
        owner_{make_uuid_v7(clock()), "test"} {
    take();
  }

  journal::InMemoryStore& store() { return *store_; }
  std::unique_ptr<journal::Journal> open() {
    auto session = store_->open();
    if (!session) throw std::runtime_error(session.fault().what);
    return *std::move(session);
  }
  journal::Journal& session() { return *session_; }
  const actors::LanesByContext& held() const { return held_; }
  const std::shared_ptr<actors::HeldLanes>& held(const std::string& context) const { return held_.at(context); }

  /// Stores one event; its lane is given, not hashed. The lanes know of it at once.
  Position add(const std::string& context, Lane lane, const AggregateRef& aggregate, std::string type,
               std::string payload, const std::string& traceparent = {}) {
    journal::Entry entry;
    entry.lane = lane;
    entry.aggregate = aggregate;
    entry.expected = versions_[aggregate];
    entry.events.push_back({std::move(type), std::move(payload)});
    type::v1::EventMetadata metadata;
    metadata.set_traceparent(traceparent);
    entry.metadata = metadata.SerializeAsString();
    const auto held = held_.at(context)->lane(lane);
    const journal::Entry* const entries[] = {&entry};
    const auto appended = session_->append({context, std::span(&held, 1), entries});
    if (appended.outcome != journal::AppendOutcome::stored) throw std::runtime_error(appended.what);
    versions_[aggregate] = entry.version_after();
    held_.at(context)->stored(lane, held.last.next());
    return held.last.next();
  }

  /// Somebody else takes every lane, and does not tell.
  void usurp() { take_over({make_uuid_v7(system_now()), "rival"}); }

  /// The lanes' epochs rise, and they stay ours: what the writer does after an unknown outcome. Who holds them is told
  /// only by `tell_epochs`.
  void raise_epochs() { raised_ = take_over(owner_); }
  void tell_epochs() {
    for (std::size_t i = 0; i < contexts_.size(); ++i) held_.at(contexts_[i])->retaken(raised_.at(i));
  }

 private:
  std::vector<std::vector<journal::HeldLane>> take_over(const journal::Owner& owner) {
    if (auto beaten = session_->beat(owner); !beaten) throw std::runtime_error(beaten.fault().what);
    auto taken = session_->take_over(owner, contexts_, true);
    if (!taken) throw std::runtime_error(taken.fault().what);
    return taken->held;
  }

  void take() {
    const auto lanes = take_over(owner_);
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      held_[contexts_[i]] = std::make_shared<actors::HeldLanes>(contexts_[i], lanes.at(i));
    }
  }

  std::vector<std::string> contexts_;
  std::shared_ptr<journal::InMemoryStore> store_;
  std::unique_ptr<journal::Journal> session_;
  journal::Owner owner_;
  actors::LanesByContext held_;
  std::vector<std::vector<journal::HeldLane>> raised_;
  std::map<AggregateRef, Version> versions_;
};

}  // namespace keel::test

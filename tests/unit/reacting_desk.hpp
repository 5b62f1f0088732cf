#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/reacting.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/scripted_port.hpp"
#include "support/testing_context/counter.hpp"

namespace keel::actors {

inline std::unique_ptr<keel::testing::v1::MoveCounterRequest> move(const std::string& counter) {
  auto command = std::make_unique<keel::testing::v1::MoveCounterRequest>();
  command->set_counter_id(counter);
  return command;
}

inline domain::Send send(std::string step, const std::string& counter,
                         std::function<domain::Reaction(const domain::Answered&)> then = {}) {
  return {std::move(step), move(counter), std::move(then)};
}

inline std::string name_of(const domain::Happened& happened) {
  return happened.aggregate.id + std::to_string(happened.version.value);
}

/// One command for every event: to a counter named after the event's aggregate and version.
inline domain::Reaction echo(const domain::Happened& happened) {
  domain::Reaction reaction;
  reaction.sends.push_back(send("echo", name_of(happened)));
  return reaction;
}

/// Two steps, the second named after the first one's answer.
inline domain::Reaction chain(const domain::Happened& happened) {
  const std::string name = name_of(happened);
  domain::Reaction reaction;
  reaction.sends.push_back(send("first", name, [name](const domain::Answered& answered) {
    domain::Reaction next;
    next.sends.push_back(send("second", name + (answered.accepted ? ":accepted" : ":" + answered.reason)));
    return next;
  }));
  return reaction;
}

/// A timer due so many seconds after 1970 as the event's amount says; a negative amount cancels it.
inline domain::Reaction alarm(const domain::Happened& happened) {
  const auto amount = static_cast<const keel::testing::v1::CounterMoved&>(happened.event).amount();
  domain::Reaction reaction;
  if (amount < 0) {
    reaction.cancelled_timers.push_back(happened.aggregate.id);
  } else {
    reaction.timers.push_back(
        {happened.aggregate.id, Timestamp(std::chrono::seconds(amount)), move(happened.aggregate.id)});
  }
  return reaction;
}

/// A reactor of two contexts, its journal and what it sends to.
class Reacting : public ::testing::Test {
 protected:
  Position add(std::int32_t lane, const std::string& id, std::int64_t amount = 1,
               const std::string& context = "testing") {
    keel::testing::v1::CounterMoved event;
    event.set_amount(amount);
    return stage_.add(context, Lane{lane}, {"Counter", id}, event.GetTypeName(), event.SerializeAsString(), "trace");
  }
  std::unique_ptr<Runner> reactor(domain::Reaction (*react)(const domain::Happened&)) {
    reactor_ = {"probe", {"testing", "other"}, react};
    return std::make_unique<ReactingRunner>(reactor_, kinds_, stage_.held(), stage_.open(), port_, system_now, options_,
                                            ReactingMetrics(metrics_, "probe"));
  }
  Position place(std::int32_t lane, const std::string& context = "testing") {
    return stage_.session().reactions("probe", context)->at(static_cast<std::size_t>(lane));
  }
  bool reaches(std::int32_t lane, std::int64_t position) {
    return test::holds_soon([&] { return place(lane) == Position{position}; });
  }

  std::vector<const domain::AggregateKind*> kinds_{&domain::kind_of<keel::testing::Counter>()};
  test::JournalStage stage_{{"testing", "other"}};
  test::ScriptedPort port_;
  domain::Reactor reactor_;
  ReactingOptions options_{.gather = std::chrono::milliseconds(1),
                           .store_every = std::chrono::milliseconds(0),
                           .courier = {.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)}}};
  ops::Metrics metrics_;
};

}  // namespace keel::actors

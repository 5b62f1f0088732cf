#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "support/counter_calls.hpp"

namespace keel::test {

/// An engine with its real threads, and clients that repeat what was not answered for certain.
class RunningEngine {
 public:
  RunningEngine(journal::OpenJournal open, std::int32_t lane_count, actors::EngineOptions options = {},
                std::vector<actors::HostedService> services = {}, std::string name = "we") {
    actors::EngineParts parts;
    parts.kinds = {&domain::kind_of<testing::Counter>()};
    parts.owner = {make_uuid_v7(system_now()), std::move(name)};
    parts.lane_count = lane_count;
    parts.open_writer = parts.open_loader = parts.open_owner = std::move(open);
    parts.services = std::move(services);
    parts.registry = &registry_;
    parts.metrics = &metrics_;
    engine_ = std::make_unique<actors::Engine>(std::move(parts), std::move(options));
    engine_->start();
  }

  actors::Engine& engine() { return *engine_; }
  bool owns() { return engine_->wait_for(actors::EngineState::Stage::owning, std::chrono::seconds(20)); }
  void destroy() { engine_.reset(); }
  const ops::SupervisionRegistry& registry() const { return registry_; }

  std::shared_ptr<Heard> send(const Move& move) {
    auto heard = std::make_shared<Heard>();
    engine_->submit(call_of(move, system_now(), heard));
    return heard;
  }

  /// Sends them all, and again with the same ids, until each has a certain answer. Those, in the order of the moves.
  std::vector<actors::Answer> insist(std::vector<Move> moves) {
    for (auto& move : moves) {
      if (!move.request_id) move.request_id = make_uuid_v7(system_now());
    }
    std::vector<std::optional<actors::Answer>> certain(moves.size());
    for (std::size_t open = moves.size(); open > 0;) {
      std::vector<std::pair<std::size_t, std::shared_ptr<Heard>>> sent;
      for (std::size_t i = 0; i < moves.size(); ++i) {
        if (!certain[i]) sent.emplace_back(i, send(moves[i]));
      }
      for (const auto& [i, heard] : sent) {
        if (!heard->wait()) throw std::runtime_error("a call was never answered");
        const auto answer = *heard->answer();
        if (std::holds_alternative<actors::Trouble>(answer)) continue;
        certain[i] = answer;
        --open;
      }
    }
    std::vector<actors::Answer> answers;
    for (auto& answer : certain) answers.push_back(*std::move(answer));
    return answers;
  }

 private:
  ops::Metrics metrics_;
  ops::SupervisionRegistry registry_{{}, metrics_};
  std::unique_ptr<actors::Engine> engine_;
};

/// `count` moves by one, spread over so many aggregates.
inline std::vector<Move> moves_over(std::size_t aggregates, std::size_t count) {
  std::vector<Move> moves;
  for (std::size_t i = 0; i < count; ++i) {
    moves.push_back({.id = "c" + std::to_string(i % aggregates), .patience = std::chrono::seconds(10)});
  }
  return moves;
}

/// Every aggregate's versions are 1..n without hole or repeat, and its last value counts every accepted move once.
inline void expect_each_move_once(const std::vector<journal::RecordedEvent>& events, std::size_t moves) {
  std::map<std::string, std::int64_t> versions;
  for (const auto& event : events) {
    testing::v1::CounterMoved moved;
    ASSERT_TRUE(moved.ParseFromString(event.payload));
    const std::int64_t next = ++versions[event.aggregate.id];
    ASSERT_EQ(event.version.value, next) << event.aggregate.id;
    ASSERT_EQ(moved.value(), next) << event.aggregate.id;
  }
  EXPECT_EQ(events.size(), moves);
}

}  // namespace keel::test

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "actors/engine_by_hand.hpp"
#include "journal/in_memory_journal.hpp"
#include "ops/log.hpp"
#include "support/counter_calls.hpp"
#include "support/hooked_journal.hpp"

namespace keel::test {

/// An engine on a journal in memory, run by hand: one thread, a clock to turn, hooks to pull.
class EngineWorld : public ::testing::Test {
 protected:
  using Stage = actors::EngineState::Stage;
  using milliseconds = std::chrono::milliseconds;

  ~EngineWorld() override {
    if (engine == nullptr) return;
    let_appends_go();
    engine.reset();
  }

  EngineWorld() {
    options.gather_look_ups = milliseconds(0);
    log::Options quiet;
    quiet.level = log::Level::off;
    log::configure(quiet);
    loading->load = [this](auto requests, const auto& call) {
      loads.push_back(requests.size());
      return call();
    };
  }

  void make_engine() {
    options.scheduling = actors::EngineOptions::Scheduling::by_hand;
    actors::EngineParts parts;
    parts.kinds = {&domain::kind_of<testing::Counter>(), &domain::kind_of<Fragile>()};
    parts.owner = owner;
    parts.lane_count = lane_count;
    parts.open_writer = hooked(store->opener(), writing);
    parts.open_loader = hooked(store->opener(), loading);
    parts.open_owner = store->opener();
    parts.services = services;
    parts.registry = &registry;
    parts.metrics = &metrics;
    parts.clock = [this] { return time(); };
    parts.on_change = [this](const actors::EngineState& state) { stages.push_back(state.stage); };
    engine = std::make_unique<actors::Engine>(std::move(parts), options);
  }
  /// Until it owns the lanes.
  void start() {
    make_engine();
    engine->start();
    run();
    ASSERT_EQ(engine->state().stage, Stage::owning);
  }
  void run() { actors::ByHand(*engine).run(); }
  bool run_once() { return actors::ByHand(*engine).run_once(); }
  /// Time goes by, for the actors and on the clock, in strides, so that nobody misses a beat.
  void pass(milliseconds time, milliseconds stride = milliseconds(100)) {
    for (milliseconds gone{0}; gone < time; gone += stride) {
      now += stride;
      actors::ByHand(*engine).advance(stride);
    }
  }

  /// On its way; nothing runs yet.
  std::shared_ptr<Heard> send(const Move& move) {
    auto heard = std::make_shared<Heard>();
    engine->submit(call_of(move, now, heard));
    return heard;
  }
  /// And everything has run.
  std::shared_ptr<Heard> ask(const Move& move) {
    auto heard = send(move);
    run();
    return heard;
  }
  std::string told(const Move& move) { return ask(move)->text(); }

  /// Whatever is appended from now on is put off, and stays in flight.
  void hold_appends() {
    writing->append = [](const auto&) {
      return journal::Appended{journal::AppendOutcome::try_again, "held by the test"};
    };
  }
  void let_appends_go() { writing->append = nullptr; }

  void rival_takes_over() {
    rival_session = *store->open();
    ASSERT_TRUE(rival_session->beat(rival));
    const std::vector<std::string> contexts{"testing"};
    ASSERT_TRUE(rival_session->take_over(rival, contexts, true));
  }
  void rival_goes_away() {
    ASSERT_TRUE(rival_session->give_up(rival));
    rival_session.reset();
  }

  /// Puts an event into the journal that no engine has decided; before the engine starts.
  void store_event(const AggregateRef& aggregate, const std::string& type, const std::string& payload) {
    const auto session = *store->open();
    const journal::Owner stranger{make_uuid_v7(now), "stranger"};
    ASSERT_TRUE(session->beat(stranger));
    const std::vector<std::string> contexts{"testing"};
    const auto taken = session->take_over(stranger, contexts, true);
    ASSERT_TRUE(taken);
    journal::Entry entry;
    entry.lane = lane_of(aggregate.type, aggregate.id, lane_count);
    entry.aggregate = aggregate;
    entry.events.push_back({type, payload});
    const journal::Entry* entries[] = {&entry};
    const journal::HeldLane lanes[] = {taken->held[0][static_cast<std::size_t>(entry.lane.value)]};
    ASSERT_EQ(session->append({"testing", lanes, entries}).outcome, journal::AppendOutcome::stored);
    ASSERT_TRUE(session->give_up(stranger));
  }

  /// What a rule said; which command it was differs from run to run.
  static std::string without_command(const std::string& cause) { return cause.substr(0, cause.find(" (at ")); }
  /// "started command/testing", … of the supervision history, those that name this.
  std::vector<std::string> history(const std::string& of) const {
    std::vector<std::string> lines;
    for (const auto& event : registry.history(0, 10'000)) {
      if (event.path.find(of) == std::string::npos) continue;
      const std::string cause = without_command(event.cause);
      lines.push_back(std::string(ops::name_of(event.happening)) + (cause.empty() ? "" : ": " + cause));
    }
    return lines;
  }
  std::int64_t in_memory() const {
    std::int64_t sum = 0;
    for (const auto& group : groups(0)) sum += group.aggregates;
    return sum;
  }
  std::vector<ops::NodeView> groups(ops::NodeId parent) const {
    std::vector<ops::NodeView> found;
    for (const auto& node : registry.children(parent, 1000)) {
      if (node.spec.kind == ops::NodeKind::aggregate_group) found.push_back(node);
      for (auto& below : groups(node.id)) found.push_back(std::move(below));
    }
    return found;
  }
  Timestamp time() {
    if (clock_breaks > 0) {
      --clock_breaks;
      throw std::runtime_error("the clock broke");
    }
    return now;
  }

  Timestamp now{std::chrono::seconds(2'000'000'000)};
  /// So many of the actors that look at the clock next are thrown at.
  int clock_breaks = 0;
  std::int32_t lane_count = 2;
  journal::Owner owner{make_uuid_v7(now), "we"};
  journal::Owner rival{make_uuid_v7(now), "rival"};
  std::shared_ptr<journal::InMemoryStore> store =
      journal::InMemoryStore::make({{"testing"}, lane_count, [this] { return now; }});
  std::shared_ptr<JournalHooks> writing = std::make_shared<JournalHooks>();
  std::shared_ptr<JournalHooks> loading = std::make_shared<JournalHooks>();
  /// Aggregates asked for, a number a query.
  std::vector<std::size_t> loads;
  std::unique_ptr<journal::Journal> rival_session;
  ops::Metrics metrics;
  ops::SupervisionRegistry registry{{.clock = [this] { return now; }}, metrics};
  actors::EngineOptions options;
  std::vector<actors::HostedService> services;
  std::vector<Stage> stages;
  std::unique_ptr<actors::Engine> engine;
};

}  // namespace keel::test

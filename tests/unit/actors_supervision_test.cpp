#include <algorithm>

#include "support/engine_world.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

const domain::AggregateKind* const fragile = &domain::kind_of<Fragile>();

/// Crashes, quarantine, restarts, escalation; services.
class ActorsSupervision : public EngineWorld {
 protected:
  Move poison(const std::string& id) const { return {.id = id, .amount = Fragile::breaks_rule, .kind = fragile}; }
  Move move(const std::string& id, std::int64_t amount = 1) const {
    return {.id = id, .amount = amount, .kind = fragile};
  }

  /// Stores an event that the aggregate's memory breaks on.
  void store_what_breaks(const std::string& id) {
    testing::v1::CounterMoved event;
    event.set_amount(Fragile::breaks_memory);
    store_event(id, "keel.testing.v1.CounterMoved", event.SerializeAsString());
  }
  void store_event(const std::string& id, const std::string& type, const std::string& payload) {
    EngineWorld::store_event({"Fragile", id}, type, payload);
  }
  /// A tick looks at the clock, whatever else a lane does.
  void crash_both_lanes() {
    clock_breaks = lane_count;
    pass(options.lane_tick, options.lane_tick);
    ASSERT_EQ(clock_breaks, 0);
  }
  /// How long it was said to back off, each time.
  std::vector<milliseconds> pauses(const std::string& of) const {
    std::vector<milliseconds> lengths;
    for (const auto& event : registry.history(0, 10'000)) {
      if (event.happening == ops::Happening::backing_off && event.path.ends_with(of)) lengths.push_back(event.delay);
    }
    return lengths;
  }
  /// The aggregates in trouble as the tree shows them.
  Lines troubled() const {
    Lines lines;
    for (const auto& group : groups(0)) {
      for (const auto& shown : registry.children(group.id, 10)) {
        lines.push_back(shown.spec.name + " " + std::string(name_of(shown.state)) + ": " +
                        without_command(shown.last_cause));
      }
    }
    return lines;
  }
  bool heard_of(const std::string& line) const {
    const auto all = history("");
    return std::find(all.begin(), all.end(), line) != all.end();
  }
};

TEST_F(ActorsSupervision, ARuleThatThrowsCrashesItsAggregateOnly) {
  start();
  told(move("a"));
  told(move("b"));
  EXPECT_EQ(told(poison("a")), "restarted");
  EXPECT_EQ(told(move("b")), "accepted 2 =2");
  EXPECT_EQ(engine->state().stage, Stage::owning);
}

TEST_F(ActorsSupervision, ACrashAnswersEverybodyInTheAggregate) {
  start();
  told(move("a"));
  const auto before = send(move("a"));
  const auto culprit = send(poison("a"));
  const auto after = send(move("a"));
  run();
  EXPECT_EQ(before->text(), "restarted");
  EXPECT_EQ(culprit->text(), "restarted");
  EXPECT_TRUE(after->answered());
}

TEST_F(ActorsSupervision, ACrashedAggregateRunsAgainAfterAPauseFromWhatTheJournalHas) {
  start();
  told(move("a", 5));
  told(poison("a"));
  const auto waiting = ask(move("a", 2));
  EXPECT_EQ(waiting->text(), "-");
  pass(seconds(1));
  EXPECT_EQ(waiting->text(), "accepted 2 =7");
  EXPECT_EQ(history("Fragile a"), (Lines{"crashed: the rule broke", "backing_off: the rule broke", "restarted"}));
}

TEST_F(ActorsSupervision, PausesGrowFromCrashToCrash) {
  options.aggregates.jitter = 0;
  options.aggregates.first_pause = milliseconds(100);
  start();
  told(move("a"));
  std::vector<int> waited;
  for (int crash = 0; crash < 3; ++crash) {
    told(poison("a"));
    const auto next = ask(move("a"));
    int strides = 0;
    for (; !next->answered(); ++strides) pass(milliseconds(10), milliseconds(10));
    waited.push_back(strides * 10);
  }
  EXPECT_EQ(waited, (std::vector<int>{100, 200, 400}));
  EXPECT_EQ(pauses("Fragile a"), (std::vector<milliseconds>{milliseconds(100), milliseconds(200), milliseconds(400)}));
}

TEST_F(ActorsSupervision, ACrashedAggregateIsShownAsBackingOffUntilItRunsAgain) {
  start();
  told(move("a"));
  told(poison("a"));
  EXPECT_EQ(troubled(), (Lines{"Fragile a backing_off: the rule broke"}));
  pass(seconds(1));
  EXPECT_EQ(troubled(), (Lines{"Fragile a running: the rule broke"}));
}

TEST_F(ActorsSupervision, AnAggregateThatCrashedWaitsForAJournalThatIsAwayWithoutFillingTheHistory) {
  start();
  told(move("a"));
  const auto through = std::exchange(loading->load, [](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the journal is away"});
  });
  told(poison("a"));
  pass(seconds(20));
  EXPECT_EQ(pauses("Fragile a").size(), 1U);
  EXPECT_EQ(troubled(), (Lines{"Fragile a backing_off: the rule broke"}));
  loading->load = through;
  pass(seconds(20));
  EXPECT_EQ(troubled(), (Lines{"Fragile a running: the rule broke"}));
}

TEST_F(ActorsSupervision, ALateCallIsToldThatTheJournalIsAwayEvenWhileTheLoadIsTriedOnceMore) {
  options.loads.first_pause = options.loads.last_pause = options.lane_tick / 2;
  options.loads.jitter = 0;
  start();
  loading->load = [](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the journal is away"});
  };
  pass(options.lane_tick / 3, options.lane_tick / 3);
  const auto in_vain = ask({.id = "a", .patience = seconds(1)});
  pass(4 * options.lane_tick, options.lane_tick);  // in a stride the pause ends first, and the tick finds it loading
  EXPECT_EQ(in_vain->text(), "journal_unavailable");
}

TEST_F(ActorsSupervision, AnAggregateThatCrashesTooOftenIsQuarantinedAlone) {
  options.aggregates.max_restarts = 2;
  start();
  told(move("a"));
  told(move("b"));
  for (int crash = 0; crash < 3; ++crash) {
    told(poison("a"));
    pass(seconds(1));
  }
  EXPECT_EQ(told(move("a")), "quarantined");
  EXPECT_EQ(told(move("b")), "accepted 2 =2");
  EXPECT_EQ(history("Fragile a").back(), "quarantined: the rule broke");
}

TEST_F(ActorsSupervision, AnEventThatItsMemoryBreaksOnQuarantinesTheAggregateAlone) {
  store_what_breaks("a");
  start();
  EXPECT_EQ(told(move("a")), "quarantined");
  EXPECT_EQ(told(move("a")), "quarantined");
  EXPECT_EQ(told(move("b")), "accepted 1 =1");
  EXPECT_EQ(history("Fragile a"), (Lines{"quarantined: version 1: keel.testing.v1.CounterMoved: the memory broke"}));
}

TEST_F(ActorsSupervision, AnUnknownEventQuarantinesTheAggregateAlone) {
  store_event("a", "keel.testing.v1.FromTheFuture", "");
  start();
  EXPECT_EQ(told(move("a")), "quarantined");
  EXPECT_EQ(told(move("b")), "accepted 1 =1");
}

TEST_F(ActorsSupervision, BrokenBytesQuarantineTheAggregateAlone) {
  store_event("a", "keel.testing.v1.CounterMoved", "\xFF\xFF");
  start();
  EXPECT_EQ(told(move("a")), "quarantined");
  EXPECT_EQ(told(move("b")), "accepted 1 =1");
}

TEST_F(ActorsSupervision, AMemoryThatBreaksOnItsOwnRulesEventStoresNothing) {
  start();
  told(move("a"));
  EXPECT_EQ(told(move("a", Fragile::breaks_memory)), "restarted");
  pass(seconds(1));
  EXPECT_EQ(told(move("a")), "accepted 2 =2");
}

TEST_F(ActorsSupervision, ALoaderThatDiesIsReplacedAndItsLoadsAreTriedAgain) {
  options.loaders = 1;
  start();
  bool first = true;
  loading->load = [&](auto, const auto& call) {
    if (std::exchange(first, false)) throw std::runtime_error("the loader broke");
    return call();
  };
  const auto heard = ask(move("a"));
  pass(seconds(2));
  EXPECT_EQ(heard->text(), "accepted 1 =1");
  EXPECT_EQ(history("loader 0").front(), "started");
  EXPECT_TRUE(heard_of("restarted"));
}

TEST_F(ActorsSupervision, ALaneThatCrashesRunsAgainAfterAPauseWithWhatTheJournalHas) {
  start();
  told(move("a", 5));
  told(move("b", 5));
  crash_both_lanes();
  EXPECT_EQ(in_memory(), 2);
  EXPECT_EQ(told(move("a")), "not_owner");
  pass(seconds(2));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_EQ(in_memory(), 0);
  EXPECT_EQ(told(move("a", 2)), "accepted 2 =7");
  EXPECT_EQ(told(move("b", 2)), "accepted 2 =7");
  for (const auto* lane : {"testing/lane 0", "testing/lane 1"}) {
    const auto all = history(lane);
    ASSERT_GE(all.size(), 3U);
    EXPECT_EQ(Lines(all.end() - 3, all.end()),
              (Lines{"crashed: the clock broke", "backing_off: the clock broke", "restarted"}))
        << lane;
  }
}

TEST_F(ActorsSupervision, CallsThatWaitInALaneSurviveItsCrash) {
  options.loads.first_pause = seconds(5);
  start();
  const auto away = [](auto, const auto&) -> Result<std::vector<journal::Loaded>> {
    return Fault{{}, "the journal is away"};
  };
  const auto through = std::exchange(loading->load, away);
  const auto waiting = ask(move("a"));
  loading->load = through;
  crash_both_lanes();
  EXPECT_EQ(waiting->text(), "-");
  pass(seconds(2));
  EXPECT_EQ(waiting->text(), "accepted 1 =1");
}

TEST_F(ActorsSupervision, ALaneThatCrashesTooOftenEscalatesAndTheLanesAreTakenAnew) {
  options.lanes.max_restarts = 1;
  start();
  told(move("a", 5));
  const Epoch before = store->epoch("testing", Lane{0});
  crash_both_lanes();
  pass(seconds(2));
  crash_both_lanes();
  EXPECT_TRUE(heard_of("escalated: crashed too often: the clock broke"));
  pass(seconds(3));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_GT(store->epoch("testing", Lane{0}), before);
  EXPECT_EQ(told(move("a", 2)), "accepted 2 =7");
}

TEST_F(ActorsSupervision, LanesThatGoOnCrashingFailTheEngine) {
  options.lanes.max_restarts = 1;
  options.contexts.max_restarts = 1;
  start();
  for (int crash = 0; crash < 4; ++crash) {
    EXPECT_EQ(engine->state().stage, Stage::owning);
    crash_both_lanes();
    pass(seconds(3));
  }
  EXPECT_EQ(engine->state().stage, Stage::failed);
  EXPECT_EQ(told(move("a")), "not_owner");
}

TEST_F(ActorsSupervision, AWriterThatCrashesMakesTheLanesBeTakenAnew) {
  start();
  told(move("a", 5));
  const Epoch before = store->epoch("testing", Lane{0});
  writing->append = [&](const auto&) -> journal::Appended { throw std::runtime_error("the writer broke"); };
  const auto lost = ask(move("a"));
  EXPECT_TRUE(lost->answered());
  writing->append = nullptr;
  pass(seconds(3));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_GT(store->epoch("testing", Lane{0}), before);
  EXPECT_EQ(told(move("a", 2)), "accepted 2 =7");
}

TEST_F(ActorsSupervision, AWriterThatCrashesTooOftenFailsTheEngine) {
  options.contexts.max_restarts = 2;
  start();
  writing->append = [&](const auto&) -> journal::Appended { throw std::runtime_error("the writer broke"); };
  for (int crash = 0; crash < 3; ++crash) {
    ask(move("a"));
    pass(seconds(3));
  }
  EXPECT_EQ(engine->state().stage, Stage::failed);
  EXPECT_EQ(told(move("a")), "not_owner");
  EXPECT_TRUE(heard_of("escalated: the writer crashed: the writer broke"));
}

TEST_F(ActorsSupervision, TheTreeIsToldAsItGrows) {
  start();
  std::vector<std::string> names;
  const auto root = registry.children(0, 10);
  ASSERT_EQ(root.size(), 1U);
  EXPECT_EQ(root[0].spec.name, "command");
  for (const auto& child : registry.children(root[0].id, 10)) {
    names.push_back(child.spec.name);
    for (const auto& below : registry.children(child.id, 10)) names.push_back(child.spec.name + "/" + below.spec.name);
  }
  EXPECT_EQ(names, (Lines{"journal", "journal/owner", "journal/loader 0", "journal/loader 1", "testing",
                          "testing/writer", "testing/lane 0", "testing/lane 1"}));
}

// -- services
// -------------------------------------------------------------------------------------------------------------

/// A runner that ends at once, as it is told.
class ScriptedRunner : public actors::Runner {
 public:
  explicit ScriptedRunner(std::function<Result<Done>()> script) : script_(std::move(script)) {}
  Result<Done> run() override { return script_(); }
  void stop() override {}

 private:
  std::function<Result<Done>()> script_;
};

TEST_F(ActorsSupervision, AServiceThatCannotGoOnIsMadeAnewAfterAPause) {
  int made = 0;
  services.push_back({"publisher", "testing", [&](const actors::LanesByContext& held) {
                        EXPECT_EQ(held.at("testing")->count(), 2);
                        ++made;
                        return std::make_unique<ScriptedRunner>([&]() -> Result<Done> {
                          if (made < 3) return Fault{{}, "Kafka is away"};
                          return Done{};
                        });
                      }});
  start();
  EXPECT_EQ(made, 1);
  pass(seconds(2));
  EXPECT_EQ(made, 3);
  const auto lines = history("publisher");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "restarted"), 2);
  EXPECT_EQ(lines.back(), "stopped");
  EXPECT_EQ(told(move("a")), "accepted 1 =1");
}

TEST_F(ActorsSupervision, AServiceThatFailsForEverNeverStopsCommands) {
  services.push_back({"publisher", "testing", [](const actors::LanesByContext&) -> std::unique_ptr<actors::Runner> {
                        throw std::runtime_error("no broker");
                      }});
  options.services.last_pause = milliseconds(200);
  start();
  pass(seconds(10));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_EQ(told(move("a")), "accepted 1 =1");
}

TEST_F(ActorsSupervision, AServiceOfAnUnknownContextIsRefused) {
  services.push_back({"publisher", "nowhere", {}});
  EXPECT_THROW(make_engine(), std::logic_error);
}

}  // namespace
}  // namespace keel::test

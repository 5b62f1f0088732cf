#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/in_memory_projection_store.hpp"
#include "query/postgres_projection_store.hpp"
#include "support/sample_projection.hpp"

// What both read stores promise a projector.
namespace keel::query {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct World {
  virtual ~World() = default;
  virtual std::unique_ptr<ProjectionStore> open() = 0;
  virtual void also_feed(FedGeneration generation) = 0;
  virtual void make_live(FedGeneration live, FedGeneration other) = 0;
};

struct InMemoryWorld final : World {
  InMemoryWorld() {
    store->migrate(sample_projection());
    store->refuse_rows([](const Row& row) {
      const auto* count = std::get_if<std::int64_t>(&row.values[1]);
      return row.values.size() == 5 && count != nullptr && *count >= 1'000;
    });
  }
  std::unique_ptr<ProjectionStore> open() override { return store->open(); }
  void also_feed(FedGeneration generation) override { store->also_feed("sample", generation); }
  void make_live(FedGeneration live, FedGeneration other) override {
    store->set_live("sample", live);
    store->also_feed("sample", other);
  }
  std::shared_ptr<InMemoryReadStore> store = InMemoryReadStore::make();
};

struct PostgresWorld final : World {
  std::unique_ptr<ProjectionStore> open() override {
    auto opened = postgres_projection_store(database.dsn + " options='-c role=keel_projector'")();
    if (!opened) throw std::runtime_error(opened.fault().what);
    return *std::move(opened);
  }
  void also_feed(FedGeneration generation) override {
    database.run("INSERT INTO generations (projection, generation, version, state) VALUES ('sample', " +
                 std::to_string(generation.generation) + ", " + std::to_string(generation.version) + ", 'fed')");
  }
  void make_live(FedGeneration live, FedGeneration) override {
    database.run("UPDATE projections SET live = " + std::to_string(live.generation) +
                 ", version = " + std::to_string(live.version) + ", paused = " + (live.paused ? "true" : "false"));
  }
  test::Database database = sample_read_store();
};

class ProjectionStoreContract : public ::testing::TestWithParam<const char*> {
 protected:
  ProjectionStoreContract()
      : world_(std::string(GetParam()) == "memory" ? std::unique_ptr<World>(std::make_unique<InMemoryWorld>())
                                                   : std::make_unique<PostgresWorld>()),
        store_(world_->open()) {}

  std::vector<Checkpoint> checkpoints(std::vector<Lane> lanes) {
    const auto found = store_->checkpoints("sample", 1, "testing", lanes, incarnation_);
    EXPECT_TRUE(found);
    return found ? *found : std::vector<Checkpoint>{};
  }
  Checkpoint checkpoint(Lane lane = Lane{0}) { return checkpoints({lane}).front(); }

  static Row thing(const std::string& id, std::int64_t count, std::int64_t position = 1) {
    return {
        {id, count, true, Bytes{std::string("\0\xff", 2)}, Timestamp(std::chrono::microseconds(1'700'000'000'123'456))},
        Lane{0},
        Position{position}};
  }

  StepResult step(const WorkingSet& rows, std::int64_t to, std::vector<ParkedEvent> parked = {}) {
    return step(checkpoint(), rows, to, std::move(parked));
  }
  StepResult step(const Checkpoint& from, const WorkingSet& rows, std::int64_t to,
                  const std::vector<ParkedEvent>& parked = {}) {
    LaneStep step;
    step.generation = 1;
    step.context = "testing";
    step.from = from;
    step.to = Position{to};
    step.rows = &rows;
    step.parked = parked;
    return store_->commit("sample", {&step, 1});
  }

  std::optional<Row> read(std::size_t table, const Key& key) {
    WorkingSet rows(projection_.tables);
    rows.want(table, key);
    WorkingSet* const sets[] = {&rows};
    EXPECT_TRUE(store_->read(1, sets));
    const Row* found = rows.find(table, key);
    return found == nullptr ? std::nullopt : std::optional<Row>(*found);
  }

  const Projection projection_ = sample_projection();
  const Uuid incarnation_ = make_uuid_v7(system_now());
  std::unique_ptr<World> world_;
  std::unique_ptr<ProjectionStore> store_;
};

TEST_P(ProjectionStoreContract, TellsEveryGenerationThatIsFedTheLiveOneFirst) {
  EXPECT_THAT(*store_->fed("sample"), ElementsAre(FedGeneration{1, 3, false}));
  world_->also_feed({2, 4, false});
  EXPECT_THAT(*store_->fed("sample"), ElementsAre(FedGeneration{1, 3, false}, FedGeneration{2, 4, false}));
  world_->make_live({2, 4, true}, {1, 3, true});
  EXPECT_THAT(*store_->fed("sample"), ElementsAre(FedGeneration{2, 4, true}, FedGeneration{1, 3, true}));
  EXPECT_THAT(*store_->fed("never migrated"), IsEmpty());
}

TEST_P(ProjectionStoreContract, AFilledLaneReadsLikeACommittedOne) {
  WorkingSet rows(projection_.tables);
  rows.put(0,
           Row{{"a", std::int64_t{7}, true, Bytes{std::string("\0\xff", 2)}, Timestamp(std::chrono::microseconds(5))},
               {},
               Position{3}});
  rows.put(0, Row{{"b", {}, {}, {}, {}}, {}, Position{4}});
  rows.put(1, Row{{"a", std::int64_t{-1}, "note \t\n"}, {}, Position{2}});
  const auto from = checkpoint();
  const ParkedEvent parked[] = {{Position{5}, {"Thing", "c"}, "why"}};
  ASSERT_EQ(store_->fill("sample", {1, "testing", from, Position{5}, &rows, parked}).outcome, StepOutcome::done);

  EXPECT_EQ(checkpoint().position, Position{5});
  WorkingSet read(projection_.tables);
  read.want(0, {"a"});
  read.want(0, {"b"});
  read.want(1, {"a", std::int64_t{-1}});
  WorkingSet* const sets[] = {&read};
  ASSERT_TRUE(store_->read(1, sets));
  EXPECT_EQ(read.find(0, {"a"})->values, rows.find(0, {"a"})->values);
  EXPECT_EQ(read.find(0, {"b"})->values, rows.find(0, {"b"})->values);
  EXPECT_EQ(read.find(1, {"a", std::int64_t{-1}})->values, rows.find(1, {"a", std::int64_t{-1}})->values);
  EXPECT_EQ(store_->parked("sample", 1, "testing")->size(), 1U);
  EXPECT_EQ(store_->fill("sample", {1, "testing", from, Position{9}, &rows, {}}).outcome, StepOutcome::outrun);
}

TEST_P(ProjectionStoreContract, AFillWithARowThatCannotBeStoredIsPoisonAndWritesNothing) {
  WorkingSet rows(projection_.tables);
  rows.put(0, Row{{"a", std::int64_t{1'000}, true, {}, {}}, {}, Position{1}});
  EXPECT_EQ(store_->fill("sample", {1, "testing", checkpoint(), Position{1}, &rows, {}}).outcome, StepOutcome::poison);
  EXPECT_EQ(checkpoint().position, Position{0});
}

TEST_P(ProjectionStoreContract, MakesMissingCheckpointsOnceAtPositionZero) {
  EXPECT_EQ(checkpoint(), (Checkpoint{Lane{0}, incarnation_, Position{0}, 0}));
  const auto again = store_->checkpoints("sample", 1, "testing", std::vector{Lane{0}}, make_uuid_v7(system_now()));
  EXPECT_EQ(again->front().incarnation, incarnation_) << "what is there is left as it is";
}

TEST_P(ProjectionStoreContract, AnswersCheckpointsInTheOrderAskedFor) {
  const auto found = checkpoints({Lane{3}, Lane{0}, Lane{2}});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].lane, Lane{3});
  EXPECT_EQ(found[2].lane, Lane{2});
}

TEST_P(ProjectionStoreContract, RowsAndCheckpointChangeTogether) {
  WorkingSet rows(projection_.tables);
  rows.put(0, thing("a", 1));
  rows.put(1, {{"a", std::int64_t{7}, Value()}, {}, Position{2}});
  ASSERT_EQ(step(rows, 2).outcome, StepOutcome::done);
  EXPECT_EQ(checkpoint().position, Position{2});
  EXPECT_EQ(read(0, {"a"}), thing("a", 1));
  EXPECT_EQ(read(1, {"a", std::int64_t{7}})->values[2], Value());
  EXPECT_FALSE(read(1, {"a", std::int64_t{8}}));
}

TEST_P(ProjectionStoreContract, AWrittenRowReplacesTheOneBefore) {
  WorkingSet first(projection_.tables);
  first.put(0, thing("a", 1));
  first.put(0, thing("b", 1));
  ASSERT_EQ(step(first, 2).outcome, StepOutcome::done);
  WorkingSet second(projection_.tables);
  second.put(0, thing("a", 2, 3));
  ASSERT_EQ(step(second, 3).outcome, StepOutcome::done);
  EXPECT_EQ(read(0, {"a"}), thing("a", 2, 3));
  EXPECT_EQ(read(0, {"b"}), thing("b", 1));
}

TEST_P(ProjectionStoreContract, ErasesRows) {
  WorkingSet first(projection_.tables);
  first.put(1, {{"a", std::int64_t{1}, "x"}, {}, Position{1}});
  first.put(1, {{"a", std::int64_t{2}, "y"}, {}, Position{1}});
  ASSERT_EQ(step(first, 1).outcome, StepOutcome::done);
  WorkingSet second(projection_.tables);
  second.erase(1, {"a", std::int64_t{1}});
  second.erase(1, {"never there", std::int64_t{1}});
  ASSERT_EQ(step(second, 2).outcome, StepOutcome::done);
  EXPECT_FALSE(read(1, {"a", std::int64_t{1}}));
  EXPECT_TRUE(read(1, {"a", std::int64_t{2}}));
}

TEST_P(ProjectionStoreContract, WhoIsOutrunWritesNothing) {
  const auto stale = checkpoint();
  WorkingSet winner(projection_.tables);
  winner.put(0, thing("a", 1));
  ASSERT_EQ(step(winner, 1).outcome, StepOutcome::done);
  WorkingSet loser(projection_.tables);
  loser.put(0, thing("a", 2));
  loser.put(0, thing("b", 2));
  EXPECT_EQ(step(stale, loser, 1).outcome, StepOutcome::outrun);
  EXPECT_EQ(read(0, {"a"}), thing("a", 1));
  EXPECT_FALSE(read(0, {"b"}));
  EXPECT_TRUE(store_->usable());
}

TEST_P(ProjectionStoreContract, AnotherRevisionOrIncarnationOutrunsToo) {
  const WorkingSet rows(projection_.tables);
  auto from = checkpoint();
  from.revision = 1;
  EXPECT_EQ(step(from, rows, 1).outcome, StepOutcome::outrun);
  from = checkpoint();
  from.incarnation = make_uuid_v7(system_now());
  EXPECT_EQ(step(from, rows, 1).outcome, StepOutcome::outrun);
  EXPECT_EQ(checkpoint().position, Position{0});
}

TEST_P(ProjectionStoreContract, ARowThatCannotBeStoredIsPoisonAndNothingIsWritten) {
  WorkingSet rows(projection_.tables);
  rows.put(0, thing("a", 1));
  rows.put(0, thing("b", 1'000));
  EXPECT_EQ(step(rows, 2).outcome, StepOutcome::poison);
  EXPECT_FALSE(read(0, {"a"}));
  EXPECT_EQ(checkpoint().position, Position{0});
  EXPECT_TRUE(store_->usable());
}

TEST_P(ProjectionStoreContract, ParksInTheTransactionThatMovesTheCheckpoint) {
  const WorkingSet rows(projection_.tables);
  const std::vector<ParkedEvent> parked{{Position{1}, {"Thing", "x"}, "why"}, {Position{2}, {"Thing", "x"}, "follows"}};
  const auto stale = checkpoint();
  ASSERT_EQ(step(rows, 2, parked).outcome, StepOutcome::done);
  EXPECT_EQ(step(stale, rows, 2, {{Position{1}, {"Thing", "y"}, "lost"}}).outcome, StepOutcome::outrun);
  const auto found = store_->parked("sample", 1, "testing");
  ASSERT_EQ(found->size(), 1U) << "each aggregate once, and none of the loser's";
  EXPECT_EQ(found->front().aggregate, (AggregateRef{"Thing", "x"}));
  EXPECT_EQ(found->front().lane, Lane{0});
  EXPECT_TRUE(store_->parked("sample", 2, "testing")->empty());
}

TEST_P(ProjectionStoreContract, StepsOfSeveralLanesAreOneTransaction) {
  const auto from = checkpoints({Lane{0}, Lane{1}});
  WorkingSet first(projection_.tables);
  first.put(0, thing("b", 1));
  first.put(1, {{"old", std::int64_t{1}, "x"}, {}, Position{1}});
  WorkingSet second(projection_.tables);
  second.put(0, thing("a", 2, 2));
  second.put(0, thing("c", 3, 3));
  second.put(1, {{"old", std::int64_t{2}, "y"}, {}, Position{1}});
  const ParkedEvent parked[] = {{Position{3}, {"Thing", "x"}, "why"}};
  const LaneStep steps[] = {{1, "testing", from[0], Position{1}, &first, {}},
                            {1, "testing", from[1], Position{3}, &second, parked}};
  ASSERT_EQ(store_->commit("sample", steps).outcome, StepOutcome::done);
  EXPECT_EQ(checkpoint(Lane{0}).position, Position{1});
  EXPECT_EQ(checkpoint(Lane{1}).position, Position{3});
  EXPECT_EQ(store_->parked("sample", 1, "testing")->front().lane, Lane{1});

  WorkingSet mine(projection_.tables);
  mine.want(0, {"b"});
  mine.want(0, {"never there"});
  WorkingSet others(projection_.tables);
  others.want(0, {"a"});
  others.want(0, {"c"});
  WorkingSet* const sets[] = {&mine, &others};
  ASSERT_TRUE(store_->read(1, sets));
  EXPECT_EQ(mine.find(0, {"b"})->lane, Lane{0});
  EXPECT_EQ(mine.find(0, {"a"}), nullptr) << "each row goes to the set that wants it";
  EXPECT_EQ(others.find(0, {"a"})->lane, Lane{1});
  EXPECT_EQ(others.find(0, {"c"})->position, Position{3});

  mine.erase(1, {"old", std::int64_t{1}});
  others.erase(1, {"old", std::int64_t{2}});
  const LaneStep next[] = {{1, "testing", checkpoint(Lane{0}), Position{2}, &mine, {}},
                           {1, "testing", checkpoint(Lane{1}), Position{4}, &others, {}}};
  ASSERT_EQ(store_->commit("sample", next).outcome, StepOutcome::done);
  EXPECT_FALSE(read(1, {"old", std::int64_t{1}}));
  EXPECT_FALSE(read(1, {"old", std::int64_t{2}}));
}

TEST_P(ProjectionStoreContract, OneStepThatCannotBeTakenHoldsBackAll) {
  const auto from = checkpoints({Lane{0}, Lane{1}});
  WorkingSet sound(projection_.tables);
  sound.put(0, thing("a", 1));
  WorkingSet poison(projection_.tables);
  poison.put(0, thing("b", 1'000));
  const LaneStep with_poison[] = {{1, "testing", from[0], Position{1}, &sound, {}},
                                  {1, "testing", from[1], Position{1}, &poison, {}}};
  EXPECT_EQ(store_->commit("sample", with_poison).outcome, StepOutcome::poison);

  WorkingSet other(projection_.tables);
  other.put(0, thing("c", 1));
  auto elsewhere = from[1];
  elsewhere.position = Position{7};
  const LaneStep with_outrun[] = {{1, "testing", from[0], Position{1}, &sound, {}},
                                  {1, "testing", elsewhere, Position{8}, &other, {}}};
  EXPECT_EQ(store_->commit("sample", with_outrun).outcome, StepOutcome::outrun);

  EXPECT_FALSE(read(0, {"a"}));
  EXPECT_EQ(checkpoint(Lane{0}).position, Position{0});
  EXPECT_EQ(checkpoint(Lane{1}).position, Position{0});
  EXPECT_TRUE(store_->usable());
}

TEST_P(ProjectionStoreContract, KeepsBytesAndTextAsTheyAre) {
  WorkingSet rows(projection_.tables);
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  const Row row{
      {"quo'te \"{},\\ ünïcödé NULL", Value(), false, Bytes{every_byte}, Timestamp(std::chrono::microseconds(-1))},
      Lane{0},
      Position{1}};
  rows.put(0, row);
  ASSERT_EQ(step(rows, 1).outcome, StepOutcome::done);
  EXPECT_EQ(read(0, {row.values[0]}), row);
}

INSTANTIATE_TEST_SUITE_P(Stores, ProjectionStoreContract, ::testing::Values("memory", "postgres"),
                         [](const auto& which) { return std::string(which.param); });

TEST(PostgresProjectionStore, APlaceThatIsNoServerIsAFaultThatSaysWhere) {
  const auto opened = postgres_projection_store("host=/nowhere dbname=none")();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.fault().what.find("/nowhere"), std::string::npos);
}

TEST(PostgresProjectionStore, ALostConnectionMakesTheSessionUnusable) {
  PostgresWorld world;
  const auto store = world.open();
  world.database.terminate("keel projector%");
  EXPECT_FALSE(store->fed("sample"));
  EXPECT_FALSE(store->usable());
}

}  // namespace
}  // namespace keel::query

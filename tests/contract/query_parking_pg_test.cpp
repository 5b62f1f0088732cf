#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/in_memory_projection_store.hpp"
#include "query/postgres_projection_store.hpp"
#include "support/read_store.hpp"

// What both read stores promise an operator who mends what is parked.
namespace keel::query {
namespace {

using ::testing::ElementsAre;

Projection sample_projection() {
  Projection projection;
  projection.name = "sample";
  projection.contexts = {"testing"};
  projection.tables = {{"things", {{"id", ColumnType::text}, {"count", ColumnType::integer}}, 1}};
  projection.tables_sql =
      "CREATE TABLE things_g{g} (id text PRIMARY KEY, count bigint CHECK (count < 1000), lane integer NOT NULL,"
      " position bigint NOT NULL);";
  projection.make_folder = [] { return nullptr; };
  return projection;
}

struct World {
  virtual ~World() = default;
  virtual std::unique_ptr<ProjectionStore> open() = 0;
  virtual std::unique_ptr<Parking> open_parking() = 0;
};

struct InMemoryWorld final : World {
  InMemoryWorld() {
    store->migrate(sample_projection());
    store->refuse_rows([](const Row& row) { return integer_of(row.values[1]) >= 1'000; });
  }
  std::unique_ptr<ProjectionStore> open() override { return store->open(); }
  std::unique_ptr<Parking> open_parking() override { return store->open_parking(); }
  std::shared_ptr<InMemoryReadStore> store = InMemoryReadStore::make();
};

struct PostgresWorld final : World {
  std::unique_ptr<ProjectionStore> open() override {
    auto opened = postgres_projection_store(dsn)();
    if (!opened) throw std::runtime_error(opened.fault().what);
    return *std::move(opened);
  }
  std::unique_ptr<Parking> open_parking() override {
    auto opened = query::open_parking(dsn, "test");
    if (!opened) throw std::runtime_error(opened.fault().what);
    return *std::move(opened);
  }
  test::Database database = [] {
    const ReadModel models[] = {{{sample_projection()}, {}}};
    return test::read_database(test::Cluster::shared(), models);
  }();
  std::string dsn = database.dsn + " options='-c role=keel_projector'";
};

class ParkingContract : public ::testing::TestWithParam<const char*> {
 protected:
  ParkingContract()
      : world_(std::string(GetParam()) == "memory" ? std::unique_ptr<World>(std::make_unique<InMemoryWorld>())
                                                   : std::make_unique<PostgresWorld>()),
        store_(world_->open()),
        parking_(world_->open_parking()) {
    park(
        {{Position{1}, poison_, "no known event"}, {Position{2}, other_, "broken"}, {Position{3}, poison_, "follows"}});
  }

  Checkpoint checkpoint() {
    return store_->checkpoints("sample", 1, "testing", std::vector{Lane{0}}, incarnation_)->front();
  }
  StepOutcome commit(const Checkpoint& from, std::vector<ParkedEvent> parked = {}) {
    LaneStep step;
    step.generation = 1;
    step.context = "testing";
    step.from = from;
    step.to = from.position.plus(static_cast<std::int64_t>(parked.size()) + (parked.empty() ? 1 : 0));
    step.parked = parked;
    return store_->commit("sample", {&step, 1}).outcome;
  }
  void park(const std::vector<ParkedEvent>& events) { ASSERT_EQ(commit(checkpoint(), events), StepOutcome::done); }

  ParkedPlace place(const AggregateRef& aggregate) const { return {1, "testing", Lane{0}, aggregate}; }

  /// Folds whatever is parked into one row.
  Unparked unpark(const AggregateRef& aggregate, std::int64_t count = 7) {
    WorkingSet rows(projection_.tables);
    return parking_->unpark("sample", place(aggregate), rows, [&](std::span<const Position> positions) {
      folded_.assign(positions.begin(), positions.end());
      rows.put(0, {{aggregate.id, count}, {}, positions.back()});
      return Result<std::optional<StillPoison>>(std::optional<StillPoison>());
    });
  }
  std::int64_t count_of(const std::string& id) {
    WorkingSet rows(projection_.tables);
    rows.want(0, {id});
    EXPECT_TRUE(parking_->read(1, rows));
    const Row* row = rows.find(0, {id});
    return row == nullptr ? 0 : integer_of(row->values[1]);
  }
  std::vector<Position> positions(const AggregateRef& aggregate) {
    return *parking_->positions("sample", place(aggregate));
  }

  const AggregateRef poison_{"Thing", "poison"};
  const AggregateRef other_{"Thing", "other"};
  const Projection projection_ = sample_projection();
  const Uuid incarnation_ = make_uuid_v7(system_now());
  std::unique_ptr<World> world_;
  std::unique_ptr<ProjectionStore> store_;
  std::unique_ptr<Parking> parking_;
  std::vector<Position> folded_;
};

TEST_P(ParkingContract, ListsOneStackAnAggregateWithItsFirstEvent) {
  const auto stacks = *parking_->stacks("sample");
  ASSERT_EQ(stacks.size(), 2U);
  EXPECT_EQ(stacks[0].place, place(poison_));
  EXPECT_EQ(stacks[0].depth, 2);
  EXPECT_EQ(stacks[0].first, Position{1});
  EXPECT_EQ(stacks[0].reason, "no known event");
  EXPECT_EQ(stacks[0].attempts, 1);
  EXPECT_FALSE(stacks[0].discarded);
  EXPECT_LT(system_now() - stacks[0].parked_at, std::chrono::minutes(10));
  EXPECT_EQ(stacks[1].place, place(other_));
  EXPECT_TRUE(parking_->stacks("another")->empty());
}

TEST_P(ParkingContract, UnparkingWritesRowsAndDeletesThatAggregatesPointersOnly) {
  const auto unparked = unpark(poison_);
  ASSERT_EQ(unparked.outcome, UnparkOutcome::done) << unparked.fault.what;
  EXPECT_EQ(unparked.events, 2);
  EXPECT_THAT(folded_, ElementsAre(Position{1}, Position{3}));
  EXPECT_EQ(count_of("poison"), 7);
  EXPECT_TRUE(positions(poison_).empty());
  EXPECT_THAT(positions(other_), ElementsAre(Position{2}));
}

TEST_P(ParkingContract, UnparkingRaisesTheRevisionSoThatAProjectorIsOutrun) {
  const auto before = checkpoint();
  ASSERT_EQ(unpark(poison_).outcome, UnparkOutcome::done);
  EXPECT_EQ(checkpoint().revision, before.revision + 1);
  EXPECT_EQ(checkpoint().position, before.position);
  EXPECT_EQ(commit(before), StepOutcome::outrun);
  EXPECT_EQ(commit(checkpoint()), StepOutcome::done);
}

TEST_P(ParkingContract, StillPoisonChangesNothing) {
  const auto before = checkpoint();
  WorkingSet rows(projection_.tables);
  const auto unparked =
      parking_->unpark("sample", place(poison_), rows, [&](auto) -> Result<std::optional<StillPoison>> {
        rows.put(0, {{std::string("poison"), std::int64_t{7}}, {}, Position{1}});
        return std::optional{StillPoison{Position{3}, "as before"}};
      });
  ASSERT_EQ(unparked.outcome, UnparkOutcome::poison);
  EXPECT_EQ(unparked.poison.position, Position{3});
  EXPECT_EQ(unparked.poison.why, "as before");
  EXPECT_EQ(checkpoint(), before);
  EXPECT_EQ(count_of("poison"), 0);
  EXPECT_EQ(positions(poison_).size(), 2U);
}

TEST_P(ParkingContract, ARowThatTheStoreRefusesIsPoisonAndChangesNothing) {
  EXPECT_EQ(unpark(poison_, 1'000).outcome, UnparkOutcome::poison);
  EXPECT_EQ(positions(poison_).size(), 2U);
  EXPECT_EQ(count_of("poison"), 0);
  EXPECT_EQ(unpark(poison_).outcome, UnparkOutcome::done) << "the session goes on";
}

TEST_P(ParkingContract, AFaultOfTheFoldChangesNothing) {
  WorkingSet rows(projection_.tables);
  const auto unparked = parking_->unpark("sample", place(poison_), rows, [](auto) {
    return Result<std::optional<StillPoison>>(Fault{.what = "the journal is gone"});
  });
  EXPECT_EQ(unparked.outcome, UnparkOutcome::fault);
  EXPECT_EQ(unparked.fault.what, "the journal is gone");
  EXPECT_EQ(positions(poison_).size(), 2U);
}

TEST_P(ParkingContract, UnparkingWhatIsNotParkedFoldsNothing) {
  EXPECT_EQ(unpark({"Thing", "stranger"}).outcome, UnparkOutcome::nothing_parked);
  EXPECT_TRUE(folded_.empty());
  ASSERT_EQ(unpark(poison_).outcome, UnparkOutcome::done);
  EXPECT_EQ(unpark(poison_).outcome, UnparkOutcome::nothing_parked);
}

TEST_P(ParkingContract, TheFoldSeesRowsThroughTheSameSession) {
  ASSERT_EQ(unpark(other_, 5).outcome, UnparkOutcome::done);
  WorkingSet rows(projection_.tables);
  std::int64_t seen = 0;
  const auto unparked =
      parking_->unpark("sample", place(poison_), rows, [&](auto) -> Result<std::optional<StillPoison>> {
        rows.want(0, {std::string("other")});
        if (auto read = parking_->read(1, rows); !read) return read.fault();
        seen = integer_of(rows.find(0, {std::string("other")})->values[1]);
        return std::optional<StillPoison>();
      });
  EXPECT_EQ(unparked.outcome, UnparkOutcome::done) << unparked.fault.what;
  EXPECT_EQ(seen, 5);
}

TEST_P(ParkingContract, AFailedAttemptIsNotedWithItsReason) {
  ASSERT_TRUE(parking_->note_attempt("sample", place(poison_), "still unknown"));
  const auto stacks = *parking_->stacks("sample");
  EXPECT_EQ(stacks[0].attempts, 2);
  EXPECT_EQ(stacks[0].reason, "still unknown");
  EXPECT_EQ(stacks[1].attempts, 1);
}

TEST_P(ParkingContract, DiscardedStaysParkedAndSoDoesWhatComesLater) {
  EXPECT_EQ(*parking_->discard("sample", place(poison_)), 2);
  park({{Position{4}, poison_, "follows a parked event"}});
  const auto stacks = *parking_->stacks("sample");
  EXPECT_TRUE(stacks[0].discarded);
  EXPECT_TRUE(stacks[0].discarded_at.has_value());
  EXPECT_EQ(stacks[0].depth, 3);
  EXPECT_FALSE(stacks[1].discarded);
  EXPECT_FALSE(stacks[1].discarded_at.has_value());
  EXPECT_EQ(store_->parked("sample", 1, "testing")->size(), 2U) << "projectors and queries still see it";
  EXPECT_EQ(*parking_->discard("sample", place({"Thing", "stranger"})), 0);
}

INSTANTIATE_TEST_SUITE_P(Stores, ParkingContract, ::testing::Values("memory", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

/// The lock, not a compare-and-set, is what keeps a busy lane from starving a retry.
TEST(PostgresParking, AProjectorWaitsWhileTheLaneIsBeingMended) {
  PostgresWorld world;
  const auto projector = world.open();
  const auto parking = world.open_parking();
  const auto incarnation = make_uuid_v7(system_now());
  const auto from = projector->checkpoints("sample", 1, "testing", std::vector{Lane{0}}, incarnation)->front();
  const AggregateRef aggregate{"Thing", "a"};
  const std::vector<ParkedEvent> parked{{Position{1}, aggregate, "broken"}};
  LaneStep step{1, "testing", from, Position{1}, nullptr, parked};
  ASSERT_EQ(projector->commit("sample", {&step, 1}).outcome, StepOutcome::done);

  const auto projection = sample_projection();
  WorkingSet rows(projection.tables);
  const auto unparked = parking->unpark("sample", {1, "testing", Lane{0}, aggregate}, rows, [&](auto) {
    const auto blocked =
        world.database.value("SELECT count(*) FROM (SELECT FROM checkpoints FOR UPDATE SKIP LOCKED) AS free");
    EXPECT_EQ(blocked, "0");
    return Result<std::optional<StillPoison>>(std::optional<StillPoison>());
  });
  EXPECT_EQ(unparked.outcome, UnparkOutcome::done) << unparked.fault.what;
}

}  // namespace
}  // namespace keel::query

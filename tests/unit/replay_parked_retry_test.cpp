#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/in_memory_journal.hpp"
#include "query/aggregate_folder.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "replay/parked_retry.hpp"
#include "support/history.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

// Parked events of one aggregate, folded again: with the code of before, and with today's.
namespace keel::replay {
namespace {

using keel::testing::Counter;
using keel::testing::ForgetfulCounter;
using keel::testing::v1::CounterOpened;
using query::LaneProjector;
using query::UnparkOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ParkedRetryTest : public ::testing::Test {
 protected:
  ParkedRetryTest() {
    read_store_->migrate(forgetful_);
    moved("poison", 1);
    const auto opened = tests::message<CounterOpened>("starting_value: 7 label: 'door'");
    history_.happens(domain::kind_of<Counter>(), "poison", opened.GetTypeName(), opened.SerializeAsString());
    moved("fine", 5);
    moved("poison", 8);
    lane_.emplace(forgetful_, place_of_lane(), query::LaneRules{}, query::ProjectionMetrics{}, now_);
    work();
  }

  void moved(const std::string& id, std::int64_t to) {
    keel::testing::v1::CounterMoved event;
    event.set_value(to);
    history_.happens(domain::kind_of<Counter>(), id, event.GetTypeName(), event.SerializeAsString());
  }
  query::LanePlace place_of_lane() {
    return {"testing",
            1,
            session_->checkpoints("counters", 1, "testing", std::vector{Lane{0}}, history_.incarnation())->front(),
            {}};
  }
  void work() {
    for (int i = 0; i < 100 && lane_->has_work(now_); ++i) lane_->work(*session_, *journal_, now_);
  }
  std::int64_t version_of(const std::string& id) const {
    const auto rows = read_store_->rows("counters");
    const auto found = rows.find({id});
    return found == rows.end() ? 0 : query::integer_of(found->second.values[query::version_column]);
  }
  std::size_t parked() const { return read_store_->parked_events("counters").size(); }
  Retried rehearse(const query::Projection& projection) {
    return ParkedRetry(projection, *journal_, *parking_, place_).rehearse();
  }
  Retried retry(const query::Projection& projection) {
    return ParkedRetry(projection, *journal_, *parking_, place_).retry();
  }

  const query::ParkedPlace place_{1, "testing", Lane{0}, {"Counter", "poison"}};
  const query::Projection forgetful_ = keel::testing::counters_projection(domain::kind_of<ForgetfulCounter>());
  const query::Projection fixed_ = keel::testing::counters_projection(domain::kind_of<Counter>());
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  std::shared_ptr<journal::InMemoryStore> store_ =
      journal::InMemoryStore::make({.contexts = {"testing"}, .lane_count = 1, .clock = system_now});
  test::History history_{*store_->open(), {"testing"}};
  std::unique_ptr<journal::Journal> journal_ = *store_->open();
  std::shared_ptr<query::InMemoryReadStore> read_store_ = query::InMemoryReadStore::make();
  std::unique_ptr<query::ProjectionStore> session_ = read_store_->open();
  std::unique_ptr<query::Parking> parking_ = read_store_->open_parking();
  std::optional<LaneProjector> lane_;
};

TEST_F(ParkedRetryTest, BeginsWithTheAggregateBehindAndTheOthersAtTheHead) {
  EXPECT_EQ(version_of("poison"), 1);
  EXPECT_EQ(version_of("fine"), 1);
  EXPECT_EQ(parked(), 2U);
}

TEST_F(ParkedRetryTest, ARehearsalSaysWhatWouldComeOfItAndChangesNothing) {
  const auto rehearsed = rehearse(fixed_);
  EXPECT_EQ(rehearsed.outcome, UnparkOutcome::done);
  EXPECT_EQ(rehearsed.events, 2);
  EXPECT_EQ(rehearsed.rows_written, 1U);
  EXPECT_EQ(version_of("poison"), 1);
  EXPECT_EQ(parked(), 2U);
  EXPECT_EQ(read_store_->checkpoint("counters", "testing", Lane{0}).revision, 0);
}

TEST_F(ParkedRetryTest, WithTheCodeOfBeforeItIsStillPoisonAndTheAttemptIsNoted) {
  EXPECT_EQ(rehearse(forgetful_).poison.position, Position{2});
  const auto retried = retry(forgetful_);
  EXPECT_EQ(retried.outcome, UnparkOutcome::poison);
  EXPECT_THAT(retried.poison.why, HasSubstr("keel.testing.v1.CounterOpened"));
  EXPECT_EQ(parked(), 2U);
  EXPECT_EQ(parking_->stacks("counters")->front().attempts, 2);
}

TEST_F(ParkedRetryTest, WithTodaysCodeTheRowIsWhatACleanRunMakes) {
  ASSERT_EQ(retry(fixed_).outcome, UnparkOutcome::done);
  const auto clean = query::InMemoryReadStore::make();
  clean->migrate(fixed_);
  const auto session = clean->open();
  const auto checkpoints = session->checkpoints("counters", 1, "testing", std::vector{Lane{0}}, history_.incarnation());
  LaneProjector lane(fixed_, {"testing", 1, checkpoints->front(), {}}, {}, {}, now_);
  while (lane.has_work(now_)) lane.work(*session, *journal_, now_);
  EXPECT_EQ(read_store_->rows("counters"), clean->rows("counters"));
  EXPECT_EQ(parked(), 0U);
}

TEST_F(ParkedRetryTest, ARunningProjectorNoticesAndFoldsWhatComesLater) {
  ASSERT_EQ(retry(fixed_).outcome, UnparkOutcome::done);
  lane_->revision_seen(read_store_->checkpoint("counters", "testing", Lane{0}).revision);
  work();
  EXPECT_EQ(lane_->parked_aggregates(), 0U);
  moved("poison", 9);
  lane_->heal();
  work();
  EXPECT_EQ(version_of("poison"), 4);
}

TEST_F(ParkedRetryTest, AProjectorThatDidNotNoticeIsOutrunAndReadsThePlaceAnew) {
  ASSERT_EQ(retry(fixed_).outcome, UnparkOutcome::done);
  moved("poison", 9);
  lane_->heal();
  work();
  EXPECT_EQ(parked(), 0U) << "nothing may be parked on a revision that is gone";
  now_ += std::chrono::seconds(10);
  work();
  EXPECT_EQ(version_of("poison"), 4);
}

TEST_F(ParkedRetryTest, EveryParkedEventIsReadFromTheJournalInOrder) {
  std::vector<Position> read;
  ParkedRetry events(fixed_, *journal_, *parking_, place_);
  ASSERT_TRUE(events.each_event(*parking_->positions("counters", place_),
                                [&](const auto& event) { read.push_back(event.position); }));
  EXPECT_THAT(read, ElementsAre(Position{2}, Position{4}));
}

TEST_F(ParkedRetryTest, APointerToNothingIsAFaultThatNamesIt) {
  const Position nowhere[] = {Position{99}};
  const auto read = ParkedRetry(fixed_, *journal_, *parking_, place_).each_event(nowhere, [](const auto&) {});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.fault().what, HasSubstr("testing/0/99"));
}

}  // namespace
}  // namespace keel::replay

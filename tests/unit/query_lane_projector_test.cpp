#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "support/captured_log.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// One lane against everything that Kafka, the journal and the read store may do to it. Time is the test's.
namespace keel::query {
namespace {

using cart::Cart;
using std::chrono::milliseconds;
using test::add_item;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string traceparent = "00-" + trace + "-b7ad6b7169203331-01";
const std::string in_trace = "\"trace_id\":\"" + trace + "\"";

class LaneProjectorTest : public ::testing::Test {
 protected:
  LaneProjectorTest() {
    store_->migrate(projection_);
    session_ = store_->open();
    begin();
  }

  /// A lane as a start finds it, healed up to the journal's head.
  void begin() {
    place_ = {
        "cart", 1, session_->checkpoints("carts", 1, "cart", std::vector{lane_}, history_.incarnation())->front(), {}};
    const auto parked = session_->parked("carts", 1, "cart");
    for (const auto& found : *parked) place_.parked.insert(found.aggregate);
    lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
    work();
  }

  void work() {
    for (int i = 0; i < 1'000 && lane_projector_->has_work(now_); ++i)
      lane_projector_->work(*session_, *journal_, now_);
  }

  void bring(Position position) { bring(event(position)); }
  void bring(const journal::RecordedEvent& recorded) {
    lane_projector_->receive(test::message_of("cart", history_.incarnation(), recorded), now_);
  }
  journal::RecordedEvent event(Position position) const {
    return history_.events("cart", lane_, Position{position.value - 1}).front();
  }
  void add_lines(int count, const std::string& cart = "c-1") {
    for (int i = 0; i < count; ++i) history_.does<Cart>(cart, add_item(cart, "line-" + std::to_string(++lines_)));
  }
  /// Bytes that are no event of a cart.
  void add_poison(const std::string& cart) {
    history_.happens(domain::kind_of<Cart>(), cart, "keel.cart.v1.ItemAdded", "\xff\xff");
  }

  Position head() const { return Position{static_cast<std::int64_t>(history_.events("cart", lane_).size())}; }
  Position stored() const { return store_->checkpoint("carts", "cart", lane_).position; }
  Position position() const { return lane_projector_->position(); }
  std::int64_t version_of(const std::string& cart) const {
    const auto rows = store_->rows("carts");
    const auto found = rows.find(Key{cart});
    return found == rows.end() ? 0 : integer_of(found->second.values[version_column]);
  }

  const Lane lane_{0};
  LaneRules rules_{};
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  Projection projection_ = carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = 1, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::unique_ptr<journal::Journal> journal_ = *journal_store_->open();
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
  std::unique_ptr<ProjectionStore> session_;
  LaneProjector::Place place_;
  std::optional<LaneProjector> lane_projector_;
  int lines_ = 0;
};

TEST_F(LaneProjectorTest, HealsFromTheJournalToItsHeadAtTheStart) {
  add_lines(7);
  begin();
  EXPECT_EQ(stored(), Position{7});
  EXPECT_EQ(version_of("c-1"), 7);
  EXPECT_TRUE(lane_projector_->caught_up());
}

TEST_F(LaneProjectorTest, TakesTheNextMessage) {
  add_lines(2);
  bring(Position{1});
  bring(Position{2});
  journal_store_->fail_next_calls(1'000);  // Kafka alone must do
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_EQ(store_->commits(), 1U);
}

TEST_F(LaneProjectorTest, NeverAppliesARepeatedMessageTwice) {
  add_lines(2);
  for (const int position : {1, 1, 2, 1, 2, 2}) bring(Position{position});
  work();
  for (const int position : {1, 2}) bring(Position{position});
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_EQ(version_of("c-1"), 2);
}

TEST_F(LaneProjectorTest, ReadsWhatIsMissingFromTheJournal) {
  add_lines(5);
  bring(Position{1});
  bring(Position{4});
  work();
  EXPECT_EQ(stored(), Position{5});
  EXPECT_EQ(version_of("c-1"), 5);
}

TEST_F(LaneProjectorTest, HealsReorderedMessages) {
  add_lines(6);
  for (const int position : {2, 1, 4, 3, 6, 5}) {
    bring(Position{position});
    work();
  }
  EXPECT_EQ(stored(), Position{6});
  EXPECT_EQ(version_of("c-1"), 6);
}

TEST_F(LaneProjectorTest, FollowsKafkaAgainAfterAHole) {
  add_lines(3);
  bring(Position{3});
  work();
  add_lines(1);
  const auto fourth = event(Position{4});
  journal_store_->fail_next_calls(1'000);
  bring(fourth);
  work();
  EXPECT_EQ(stored(), Position{4});
}

TEST_F(LaneProjectorTest, ALostTailIsHealedAfterSilence) {
  add_lines(3);
  lane_projector_->head_seen(head(), false, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_)) << "Kafka may still bring it";
  now_ += rules_.silence;
  lane_projector_->head_seen(head(), false, now_);
  work();
  EXPECT_EQ(stored(), Position{3});
}

TEST_F(LaneProjectorTest, WithoutABrokerItHealsAtOnce) {
  add_lines(3);
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(stored(), Position{3});
}

TEST_F(LaneProjectorTest, ASilentLaneThatIsNotBehindRests) {
  add_lines(1);
  begin();
  now_ += rules_.silence * 10;
  lane_projector_->head_seen(head(), true, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
}

TEST_F(LaneProjectorTest, IgnoresAMessageOfAnotherIncarnation) {
  add_lines(1);
  lane_projector_->receive(test::message_of("cart", make_uuid_v7(system_now()), event(Position{1})), now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
  EXPECT_EQ(stored(), Position{0});
}

TEST_F(LaneProjectorTest, HealsInChunksOfABatch) {
  rules_.batch = 4;
  add_lines(10);
  begin();
  EXPECT_EQ(stored(), Position{10});
  EXPECT_EQ(store_->commits(), 3U);
}

TEST_F(LaneProjectorTest, ParksTheEventsOfAPoisonedAggregateAndNoOthers) {
  add_lines(2, "good");
  add_lines(1, "bad");
  add_poison("bad");
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), head());
  EXPECT_EQ(version_of("good"), 3);
  EXPECT_EQ(version_of("bad"), 1) << "what came before the poison stays";
  ASSERT_EQ(store_->parked_events("carts").size(), 1U);
  EXPECT_EQ(store_->parked_events("carts").front().position, Position{4});
}

TEST_F(LaneProjectorTest, ParksLaterEventsOfAParkedAggregate) {
  add_poison("bad");
  begin();
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  add_lines(1, "good");
  bring(Position{2});
  bring(Position{3});
  work();
  EXPECT_EQ(stored(), Position{3});
  EXPECT_EQ(version_of("good"), 1);
  ASSERT_EQ(store_->parked_events("carts").size(), 2U);
  EXPECT_EQ(store_->parked_events("carts").back().reason, "follows a parked event");
}

TEST_F(LaneProjectorTest, RemembersWhatIsParkedAcrossARestart) {
  add_poison("bad");
  begin();
  begin();
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  bring(Position{2});
  work();
  EXPECT_EQ(store_->parked_events("carts").size(), 2U);
}

TEST_F(LaneProjectorTest, FindsPoisonAmongAThousandEventsByHalving) {
  for (int i = 0; i < 1'000; ++i) {
    if (i == 617) add_poison("bad");
    add_lines(1, "good-" + std::to_string(i % 50));
  }
  rules_.batch = 2'000;
  begin();
  EXPECT_EQ(stored(), Position{1'001});
  ASSERT_EQ(store_->parked_events("carts").size(), 1U);
  EXPECT_EQ(store_->parked_events("carts").front().position, Position{618});
  EXPECT_LE(store_->commits(), 2U * 11U + 1U);
  EXPECT_EQ(version_of("good-17"), 20);
}

TEST_F(LaneProjectorTest, ARowThatTheStoreRefusesForEverIsPoison) {
  store_->refuse_rows([](const Row& row) { return text_of(row.values[id_column]) == "bad"; });
  add_lines(1, "good");
  add_lines(1, "bad");
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), Position{3});
  EXPECT_EQ(version_of("good"), 2);
  EXPECT_EQ(store_->parked_events("carts").size(), 1U);
}

TEST_F(LaneProjectorTest, NeverParksWhatOnlyKafkaGotWrong) {
  add_lines(1);
  auto damaged = event(Position{1});
  damaged.payload = "\xff\xff";
  bring(damaged);
  work();
  EXPECT_EQ(stored(), Position{1});
  EXPECT_EQ(version_of("c-1"), 1);
  EXPECT_TRUE(store_->parked_events("carts").empty());
}

TEST_F(LaneProjectorTest, TenPoisonedAggregatesWithinAMinuteAreParked) {
  for (int i = 0; i < 10; ++i) add_poison("bad-" + std::to_string(i));
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), head());
  EXPECT_EQ(lane_projector_->state(now_), LaneState::following);
}

TEST_F(LaneProjectorTest, MoreThanTenNewlyParkedAggregatesWithinAMinuteStopTheLane) {
  for (int i = 0; i < 11; ++i) add_poison("bad-" + std::to_string(i));
  add_lines(1, "good");
  begin();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::stopped);
  EXPECT_FALSE(lane_projector_->reason().empty());
  EXPECT_EQ(stored(), Position{10}) << "the eleventh is not parked";
  now_ += std::chrono::hours(1);
  lane_projector_->head_seen(head(), true, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
}

TEST_F(LaneProjectorTest, ElevenPoisonedAggregatesOverALongTimeDoNotStopTheLane) {
  for (int i = 0; i < 11; ++i) {
    add_poison("bad-" + std::to_string(i));
    now_ += std::chrono::seconds(10);
    lane_projector_->head_seen(head(), true, now_);
    work();
  }
  EXPECT_EQ(stored(), Position{11});
  EXPECT_EQ(lane_projector_->state(now_), LaneState::following);
}

TEST_F(LaneProjectorTest, AFaultIsNeverParkedButTriedAgainLater) {
  add_lines(2);
  store_->fail_next_commits(2);
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  EXPECT_FALSE(lane_projector_->has_work(now_));
  now_ += rules_.first_pause;
  work();
  EXPECT_FALSE(lane_projector_->has_work(now_ + rules_.first_pause)) << "the second pause is longer";
  now_ += rules_.first_pause * 2;
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_TRUE(store_->parked_events("carts").empty());
}

TEST_F(LaneProjectorTest, AJournalThatCannotBeReadIsAFault) {
  add_lines(2);
  lane_projector_->head_seen(head(), true, now_);
  journal_store_->fail_next_calls(1);
  work();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(stored(), Position{2});
}

TEST_F(LaneProjectorTest, ALostAnswerIsFoundOutByTheCheckpoint) {
  add_lines(2);
  store_->lose_next_answer();
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(position(), Position{0}) << "it cannot know";
  EXPECT_FALSE(session_->usable());
  session_ = store_->open();
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(position(), Position{2});
  EXPECT_EQ(version_of("c-1"), 2);
  EXPECT_EQ(store_->commits(), 1U) << "nothing was folded twice";
}

TEST_F(LaneProjectorTest, AZombieLosesAgainstWhoeverMovedTheCheckpoint) {
  add_lines(4);
  LaneProjector rival(projection_, place_, rules_, ProjectionMetrics{}, now_);
  auto rivals_session = store_->open();
  auto rivals_journal = *journal_store_->open();
  store_->before_next_commit([&] { rival.work(*rivals_session, *rivals_journal, now_); });
  lane_projector_->head_seen(head(), true, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(rival.position(), Position{4});
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(position(), Position{4});
  EXPECT_EQ(version_of("c-1"), 4);
  EXPECT_EQ(store_->commits(), 1U);
}

TEST_F(LaneProjectorTest, AnotherRevisionOfTheCheckpointWinsToo) {
  add_lines(1);
  place_.checkpoint.revision = 1;
  lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(stored(), Position{0});
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(stored(), Position{1});
}

TEST_F(LaneProjectorTest, ARestartMidBatchRepeatsNothingAndSkipsNothing) {
  rules_.batch = 3;
  add_lines(8);
  lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(stored(), Position{3});
  begin();
  EXPECT_EQ(stored(), Position{8});
  EXPECT_EQ(version_of("c-1"), 8);
}

// -- what can be seen of it -------------------------------------------------------------------------------------------

TEST_F(LaneProjectorTest, ALineSaysWhenAnEventOfATraceThatKafkaBroughtIsApplied) {
  add_lines(2);
  const auto first = event(Position{1});
  auto message = test::message_of("cart", history_.incarnation(), first);
  message.traceparent = traceparent;
  const test::CapturedLog log;
  lane_projector_->receive(message, now_);
  bring(Position{2});
  work();
  EXPECT_THAT(log.with({"applied an event", "\"position\":1", in_trace}), SizeIs(1));
  EXPECT_THAT(log.with({"took in a batch", "\"from\":1,\"to\":2"}), SizeIs(1));
  EXPECT_THAT(log.with({"applied an event", "\"position\":2"}), IsEmpty()) << "it is of no trace";
}

TEST_F(LaneProjectorTest, ALineSaysWhenAnEventOfATraceThatTheJournalHadIsApplied) {
  history_.trace(traceparent);
  add_lines(1);
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"applied an event", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorTest, TheLineOfAParkedEventNamesItsTrace) {
  history_.trace(traceparent);
  add_poison("bad");
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"parked an event that cannot be folded", in_trace}), SizeIs(1));
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  begin();
  EXPECT_THAT(log.with({"parked an event that follows a parked one", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorTest, TheLineOfAFaultNamesTheTraceOfTheBatchsFirstEvent) {
  history_.trace(traceparent);
  add_lines(1);
  store_->fail_next_commits(1);
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"a lane pauses after a fault", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorTest, TellsWhenItsLastEventWasRecordedAndWhenItMovedLast) {
  EXPECT_FALSE(lane_projector_->last_event_at());
  EXPECT_EQ(lane_projector_->last_progress_at(), now_) << "when it was made";
  add_lines(2);
  bring(Position{1});
  bring(Position{2});
  work();
  EXPECT_EQ(lane_projector_->last_event_at(), event(Position{2}).recorded_at);
  EXPECT_GT(lane_projector_->last_progress_at(), now_);
}

TEST(ProjectionGauges, OfALaneThatIsLetGoShowNoLag) {
  ops::Metrics metrics;
  const auto gauges = lane_gauges("carts", 1, "cart", 3, metrics);
  gauges.lag_events.set(7);
  gauges.parked_aggregates.set(1);
  gauges.stopped.set(1);
  gauges.position.set(9);
  gauges.clear();
  EXPECT_EQ(gauges.lag_events.value(), 0);
  EXPECT_EQ(gauges.parked_aggregates.value(), 0);
  EXPECT_EQ(gauges.stopped.value(), 0);
  EXPECT_EQ(gauges.position.value(), 9) << "where it was let go";
}

TEST(ProjectionGauges, ShowOneStateAtATime) {
  ops::Metrics metrics;
  const StateGauges states("carts", 2, {"running", "paused"}, metrics);
  states.show("running");
  states.show("paused");
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("generation=\"2\",projection=\"carts\",state=\"paused\"} 1"));
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("generation=\"2\",projection=\"carts\",state=\"running\"} 0"));
}

TEST_F(LaneProjectorTest, AVersionThatDoesNotFollowTheRowIsPoison) {
  add_lines(2);
  auto skipped = event(Position{2});
  skipped.position = Position{1};
  bring(skipped);
  work();
  EXPECT_EQ(version_of("c-1"), 2) << "the journal had the right one";
}

}  // namespace
}  // namespace keel::query

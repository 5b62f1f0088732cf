#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/captured_log.hpp"
#include "unit/lane_projector_desk.hpp"

// What can be seen of a lane: lines of the log, and gauges.
namespace keel::query {
namespace {

using cart::Cart;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string traceparent = "00-" + trace + "-b7ad6b7169203331-01";
const std::string in_trace = "\"trace_id\":\"" + trace + "\"";

class LaneProjectorSeen : public LaneProjectorDesk {};

TEST_F(LaneProjectorSeen, ALineSaysWhenAnEventOfATraceThatKafkaBroughtIsApplied) {
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

TEST_F(LaneProjectorSeen, ALineSaysWhenAnEventOfATraceThatTheJournalHadIsApplied) {
  history_.trace(traceparent);
  add_lines(1);
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"applied an event", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorSeen, TheLineOfAParkedEventNamesItsTrace) {
  history_.trace(traceparent);
  add_poison("bad");
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"parked an event that cannot be folded", in_trace}), SizeIs(1));
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  begin();
  EXPECT_THAT(log.with({"parked an event that follows a parked one", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorSeen, TheLineOfAFaultNamesTheTraceOfTheBatchsFirstEvent) {
  history_.trace(traceparent);
  add_lines(1);
  store_->fail_next_commits(1);
  const test::CapturedLog log;
  begin();
  EXPECT_THAT(log.with({"a lane pauses after a fault", in_trace}), SizeIs(1));
}

TEST_F(LaneProjectorSeen, TellsWhenItsLastEventWasRecordedAndWhenItMovedLast) {
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

}  // namespace
}  // namespace keel::query

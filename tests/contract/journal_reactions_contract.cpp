#include <algorithm>

#include "contract/journal_contract.hpp"

namespace keel::test {
namespace {

using journal::Timer;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Timer timer(Lane lane, std::string key, Timestamp due_at, std::string command = "bytes") {
  return {lane, std::move(key), due_at, "keel.test.v1.Expire", std::move(command)};
}

std::vector<std::string> keys_of(const std::vector<Timer>& timers) {
  std::vector<std::string> keys;
  for (const Timer& one : timers) keys.push_back(one.key);
  return keys;
}

}  // namespace

// -- publications ----------------------------------------------------------------------------------------------------

TEST_P(JournalContract, PublicationsBeginBeforeTheFirstPosition) {
  EXPECT_THAT(*journal().publications(context()), ElementsAre(position(0), position(0), position(0), position(0)));
}

TEST_P(JournalContract, PublicationsOnlyGrow) {
  using Places = std::vector<std::pair<Lane, Position>>;
  ASSERT_TRUE(journal().publish(context(), Places{{lane1, position(5)}, {lane3, position(2)}}));
  ASSERT_TRUE(journal().publish(context(), Places{{lane1, position(4)}, {lane3, position(7)}}));
  EXPECT_THAT(*journal().publications(context()), ElementsAre(position(0), position(5), position(0), position(7)));
}

TEST_P(JournalContract, ALaneNamedTwiceIsPublishedToItsHighest) {
  using Places = std::vector<std::pair<Lane, Position>>;
  ASSERT_TRUE(journal().publish(context(), Places{{lane1, position(5)}, {lane1, position(3)}}));
  EXPECT_EQ(journal().publications(context())->at(1), position(5));
}

// -- reactions -------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, AReactorHasAPlaceOfItsOwnInEachLane) {
  ASSERT_TRUE(*journal().react("purchase", context(), held(lane1), position(3), {}, {}));
  ASSERT_TRUE(*journal().react("other", context(), held(lane1), position(9), {}, {}));
  EXPECT_THAT(*journal().reactions("purchase", context()),
              ElementsAre(position(0), position(3), position(0), position(0)));
  EXPECT_EQ(journal().reactions("purchase", world().other_context)->at(1), position(0));
}

TEST_P(JournalContract, AReactorsPlaceNeverGoesBack) {
  ASSERT_TRUE(*journal().react("purchase", context(), held(lane1), position(3), {}, {}));
  ASSERT_TRUE(*journal().react("purchase", context(), held(lane1), position(2), {}, {}));
  EXPECT_EQ(journal().reactions("purchase", context())->at(1), position(3));
}

TEST_P(JournalContract, AStaleEpochNeverMovesAReactorNorItsTimers) {
  const Timestamp past = system_now() - hours(1);
  const auto stale = held(lane1);
  ASSERT_TRUE(*journal().react("purchase", context(), stale, position(1), std::vector{timer(lane1, "kept", past)}, {}));
  ASSERT_THAT(*journal().retake(owner_, context(), std::vector{stale}), SizeIs(1));

  const auto reacted = journal().react("purchase", context(), stale, position(2),
                                       std::vector{timer(lane1, "new", past)}, std::vector<std::string>{"kept"});
  ASSERT_TRUE(reacted);
  EXPECT_FALSE(*reacted);
  EXPECT_EQ(journal().reactions("purchase", context())->at(1), position(1));
  EXPECT_THAT(keys_of(*journal().due_timers(context(), 10)), ElementsAre("kept"));
}

// -- timers ----------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, DueTimersComeEarliestFirst) {
  const Timestamp now = system_now();
  ASSERT_TRUE(
      *journal().react("purchase", context(), held(lane1), position(1),
                       std::vector{timer(lane1, "second", now - minutes(1)), timer(lane1, "not yet", now + hours(1)),
                                   timer(lane1, "first", now - minutes(2), std::string("\0x", 2))},
                       {}));
  ASSERT_TRUE(*journal().react("purchase", context(), held(lane0), position(1),
                               std::vector{timer(lane0, "third", now - std::chrono::seconds(1))}, {}));
  const auto due = journal().due_timers(context(), 10);
  ASSERT_TRUE(due);
  EXPECT_THAT(keys_of(*due), ElementsAre("first", "second", "third"));
  EXPECT_EQ(due->at(0).lane, lane1);
  EXPECT_EQ(due->at(0).due_at, now - minutes(2));
  EXPECT_EQ(due->at(0).command_type, "keel.test.v1.Expire");
  EXPECT_EQ(due->at(0).command, std::string("\0x", 2));
  EXPECT_THAT(keys_of(*journal().due_timers(context(), 2)), ElementsAre("first", "second"));
  EXPECT_THAT(*journal().due_timers(world().other_context, 10), IsEmpty());
}

TEST_P(JournalContract, TheSameKeyAgainReplacesATimer) {
  const Timestamp past = system_now() - hours(1);
  const auto set = [&](Timer one) {
    return *journal().react("purchase", context(), held(lane1), position(1), std::vector{std::move(one)}, {});
  };
  ASSERT_TRUE(set(timer(lane1, "key", past, "old")));
  ASSERT_TRUE(set(timer(lane1, "key", past + minutes(1), "new")));
  const auto due = *journal().due_timers(context(), 10);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].command, "new");
  EXPECT_EQ(due[0].due_at, past + minutes(1));
}

TEST_P(JournalContract, TheLastOfAKeyInOneReactionWins) {
  const Timestamp past = system_now() - hours(1);
  ASSERT_TRUE(*journal().react("purchase", context(), held(lane1), position(1),
                               std::vector{timer(lane1, "key", past, "old"), timer(lane1, "key", past, "new")}, {}));
  EXPECT_EQ(journal().due_timers(context(), 10)->at(0).command, "new");
}

TEST_P(JournalContract, TheSameKeyInAnotherLaneIsAnotherTimer) {
  const Timestamp past = system_now() - hours(1);
  ASSERT_TRUE(*journal().react("r", context(), held(lane0), position(1), std::vector{timer(lane0, "key", past)}, {}));
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1), std::vector{timer(lane1, "key", past)}, {}));
  EXPECT_THAT(*journal().due_timers(context(), 10), SizeIs(2));
}

TEST_P(JournalContract, ACancelledTimerIsGone) {
  const Timestamp past = system_now() - hours(1);
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1),
                               std::vector{timer(lane1, "a", past), timer(lane1, "b", past)}, {}));
  ASSERT_TRUE(
      *journal().react("r", context(), held(lane1), position(2), {}, std::vector<std::string>{"a", "never set"}));
  EXPECT_THAT(keys_of(*journal().due_timers(context(), 10)), ElementsAre("b"));
}

TEST_P(JournalContract, AReactionCancelsBeforeItSets) {
  const Timestamp past = system_now() - hours(1);
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1), std::vector{timer(lane1, "a", past)},
                               std::vector<std::string>{"a"}));
  EXPECT_THAT(keys_of(*journal().due_timers(context(), 10)), ElementsAre("a"));
}

TEST_P(JournalContract, ASettledTimerIsGone) {
  const Timer one = timer(lane1, "a", system_now() - hours(1));
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1), std::vector{one}, {}));
  ASSERT_TRUE(*journal().settle_timer(context(), held(lane1), one, std::nullopt));
  EXPECT_THAT(*journal().due_timers(context(), 10), IsEmpty());
}

TEST_P(JournalContract, ATimerPutOffIsDueLater) {
  const Timestamp past = system_now() - hours(1);
  const Timer one = timer(lane1, "a", past);
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1), std::vector{one}, {}));
  ASSERT_TRUE(*journal().settle_timer(context(), held(lane1), one, past + minutes(5)));
  EXPECT_EQ(journal().due_timers(context(), 10)->at(0).due_at, past + minutes(5));
  ASSERT_TRUE(
      *journal().settle_timer(context(), held(lane1), timer(lane1, "a", past + minutes(5)), system_now() + hours(1)));
  EXPECT_THAT(*journal().due_timers(context(), 10), IsEmpty());
}

TEST_P(JournalContract, ATimerThatWasSetAgainMeanwhileIsNeverSettledAway) {
  const Timestamp past = system_now() - hours(1);
  const Timer fired = timer(lane1, "a", past);
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(1), std::vector{fired}, {}));
  ASSERT_TRUE(*journal().react("r", context(), held(lane1), position(2),
                               std::vector{timer(lane1, "a", past + minutes(1))}, {}));
  EXPECT_TRUE(*journal().settle_timer(context(), held(lane1), fired, std::nullopt));
  EXPECT_THAT(*journal().due_timers(context(), 10), SizeIs(1));
}

TEST_P(JournalContract, AStaleEpochNeverSettlesATimer) {
  const Timer one = timer(lane1, "a", system_now() - hours(1));
  const auto stale = held(lane1);
  ASSERT_TRUE(*journal().react("r", context(), stale, position(1), std::vector{one}, {}));
  ASSERT_THAT(*journal().retake(owner_, context(), std::vector{stale}), SizeIs(1));
  const auto settled = journal().settle_timer(context(), stale, one, std::nullopt);
  ASSERT_TRUE(settled);
  EXPECT_FALSE(*settled);
  EXPECT_THAT(*journal().due_timers(context(), 10), SizeIs(1));
}

}  // namespace keel::test

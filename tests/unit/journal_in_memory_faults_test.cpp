#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "journal/in_memory_journal.hpp"

namespace keel::journal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Lost = InMemoryStore::Lost;

constexpr Lane lane0{0};

/// What a test may do to a journal in memory, which none of the real ones lets it do.
class InMemoryFaults : public ::testing::Test {
 protected:
  InMemoryFaults() : store(InMemoryStore::make({{"cart"}, 2, system_now})), session(*store->open()) {
    EXPECT_TRUE(session->beat(owner));
    const std::vector<std::string> contexts = {"cart"};
    lanes = session->take_over(owner, contexts, false)->held.at(0);
    entry.lane = lane0;
    entry.aggregate = {"Cart", "a"};
    entry.events = {{"type", "payload"}};
  }

  Appended append() {
    const std::vector<const Entry*> entries = {&entry};
    return session->append({"cart", std::span(lanes).first(1), entries});
  }
  std::vector<RecordedEvent> events() const { return store->events("cart", lane0); }

  std::shared_ptr<InMemoryStore> store;
  std::unique_ptr<Journal> session;
  Owner owner{make_uuid_v7(system_now()), "owner"};
  std::vector<HeldLane> lanes;
  Entry entry;
};

TEST_F(InMemoryFaults, AnInjectedOutcomeStoresNothingOnce) {
  store->fail_next_append(AppendOutcome::try_again);
  EXPECT_EQ(append().outcome, AppendOutcome::try_again);
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_TRUE(session->usable());
  EXPECT_EQ(append().outcome, AppendOutcome::stored);
  EXPECT_EQ(store->append_count(), 2u);
}

TEST_F(InMemoryFaults, ALostAnswerEndsTheSession) {
  store->lose_next_answer(Lost::nothing_stored);
  EXPECT_EQ(append().outcome, AppendOutcome::unknown);
  EXPECT_FALSE(session->usable());
  EXPECT_THAT(events(), IsEmpty());
}

TEST_F(InMemoryFaults, ALostAnswerMayHaveBeenStored) {
  store->lose_next_answer(Lost::stored);
  EXPECT_EQ(append().outcome, AppendOutcome::unknown);
  EXPECT_THAT(events(), SizeIs(1));
}

TEST_F(InMemoryFaults, AStatementThatStillRunsIsSeenOnlyAfterTheLanesAreTakenAnew) {
  store->lose_next_answer(Lost::stored_later);
  EXPECT_EQ(append().outcome, AppendOutcome::unknown);
  const auto fresh = *store->open();
  EXPECT_THAT(*fresh->read("cart", lane0, {}, 10), IsEmpty());
  const auto anew = fresh->retake(owner, "cart", lanes);
  EXPECT_EQ(anew->at(0).last, Position{1});
  EXPECT_THAT(*fresh->read("cart", lane0, {}, 10), SizeIs(1));
}

TEST_F(InMemoryFaults, PausedAppendsReachTheJournalWhenTheyMay) {
  store->pause_appends();
  auto appending = std::async(std::launch::async, [&] { return append().outcome; });
  ASSERT_TRUE(store->wait_for_paused_appends(1));
  EXPECT_THAT(events(), IsEmpty());
  store->resume_appends();
  EXPECT_EQ(appending.get(), AppendOutcome::stored);
}

TEST_F(InMemoryFaults, CallsFailAsOftenAsAskedAndTheSessionStays) {
  store->fail_next_calls(2, "no luck");
  EXPECT_EQ(session->heads("cart").fault().what, "no luck");
  EXPECT_FALSE(session->identity());
  EXPECT_TRUE(session->heads("cart"));
}

TEST_F(InMemoryFaults, AShutStoreOpensNoSession) {
  store->refuse_sessions(true);
  EXPECT_FALSE(store->open());
  EXPECT_TRUE(session->usable());
  store->refuse_sessions(false);
  EXPECT_TRUE(store->opener()());
}

TEST_F(InMemoryFaults, AMovedClockMovesWhatIsRecorded) {
  Timestamp now = system_now();
  const auto timed = InMemoryStore::make({{"cart"}, 1, [&] { return now; }});
  session = *timed->open();
  ASSERT_TRUE(session->beat(owner));
  const std::vector<std::string> contexts = {"cart"};
  lanes = session->take_over(owner, contexts, false)->held.at(0);
  ASSERT_EQ(append().outcome, AppendOutcome::stored);
  now -= std::chrono::hours(1);
  entry.expected = Version{1};
  lanes[0].last = Position{1};
  ASSERT_EQ(append().outcome, AppendOutcome::stored);
  const auto recorded = timed->events("cart");
  EXPECT_EQ(recorded[0].recorded_at, recorded[1].recorded_at);
}

}  // namespace
}  // namespace keel::journal

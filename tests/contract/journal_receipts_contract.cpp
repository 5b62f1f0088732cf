#include "contract/journal_contract.hpp"

namespace keel::test {

using journal::Entry;
using ::testing::SizeIs;

// -- receipts --------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, AReceiptIsNeverStoredTwice) {
  const Entry one = entry(lane0, "a", version(0));
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  const Entry repeat = with_id(entry(lane0, "a", version(1)), one.receipt->request_id);
  EXPECT_EQ(append({repeat}).outcome, AppendOutcome::duplicate);
  EXPECT_THAT(lane_events(lane0), SizeIs(1));
  EXPECT_EQ(receipts_of({one})[0].version, version(1));
}

TEST_P(JournalContract, ARequestIdOfVersionFourIsFoundAgainToo) {
  const Entry one = with_id(entry(lane0, "a", version(0)), fresh_v4());
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  EXPECT_EQ(append({with_id(entry(lane0, "b", version(0)), one.receipt->request_id)}).outcome,
            AppendOutcome::duplicate);
  EXPECT_THAT(receipts_of({one}), SizeIs(1));
}

TEST_P(JournalContract, ARequestIdTwiceInABatchIsRefused) {
  const Entry one = entry(lane0, "a", version(0));
  const Entry two = with_id(entry(lane0, "b", version(0)), one.receipt->request_id);
  EXPECT_EQ(append({one, two}).outcome, AppendOutcome::duplicate);
  EXPECT_EQ(traces_of({one, two}), 0u);
}

TEST_P(JournalContract, AnAppendNeverSkipsTheDuplicateAndStoresTheRest) {
  const Entry one = entry(lane0, "a", version(0));
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  const std::vector<Entry> others = {entry(lane0, "b", version(0)), entry(lane1, "c", version(0))};
  EXPECT_EQ(append({others[0], with_id(entry(lane0, "d", version(0)), one.receipt->request_id), others[1]}).outcome,
            AppendOutcome::duplicate);
  EXPECT_EQ(traces_of(others), 0u);
}

TEST_P(JournalContract, TheSameIdInAnotherLaneIsAnotherReceipt) {
  const Entry one = entry(lane0, "a", version(0));
  const Entry two = with_id(entry(lane1, "b", version(0)), one.receipt->request_id);
  EXPECT_EQ(append({one, two}).outcome, AppendOutcome::stored);
  EXPECT_THAT(receipts_of({one, two}), SizeIs(2));
}

TEST_P(JournalContract, ANoOpsReceiptHasTheLanesLastPosition) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2)}).outcome, AppendOutcome::stored);
  const Entry no_op = entry(lane0, "a", version(2), 0);
  const Entry later_no_op = entry(lane0, "b", version(1), 0);
  ASSERT_EQ(append({no_op, entry(lane0, "b", version(0)), later_no_op}).outcome, AppendOutcome::stored);
  EXPECT_EQ(receipts_of({no_op})[0].version, version(2));
  EXPECT_EQ(receipts_of({no_op})[0].position, position(2));
  EXPECT_EQ(receipts_of({later_no_op})[0].position, position(3));
}

TEST_P(JournalContract, AnEntryWithoutAReceiptLeavesNone) {
  Entry one = entry(lane0, "a", version(0));
  const Uuid id = one.receipt->request_id;
  one.receipt.reset();
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  EXPECT_THAT(journal().diagnose(context(), {}, std::vector<journal::ReceiptKey>{{lane0, id}}, {})->receipts,
              SizeIs(0));
}

TEST_P(JournalContract, ReceiptsPastTheirRetentionAreForgottenAndOthersKept) {
  const Entry old = with_id(entry(lane0, "a", version(0)), fresh_v4());
  ASSERT_EQ(append({old}).outcome, AppendOutcome::stored);
  world().age_receipts(std::chrono::hours(24 * 7 + 1));
  const Entry fresh = with_id(entry(lane0, "a", version(1)), fresh_v4());
  const Entry timed = entry(lane0, "a", version(2));
  ASSERT_EQ(append({fresh, timed}).outcome, AppendOutcome::stored);

  ASSERT_TRUE(journal().keep_receipts(std::chrono::hours(24 * 7)));
  EXPECT_THAT(receipts_of({old}), SizeIs(0));
  EXPECT_THAT(receipts_of({fresh, timed}), SizeIs(2));
  EXPECT_THAT(lane_events(lane0), SizeIs(3));
}

// -- snapshots -------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ASnapshotStandsAtTheVersionThatItsAppendStored) {
  ASSERT_EQ(append({entry(lane0, "x", version(0))}).outcome, AppendOutcome::stored);
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0), 3), 1, "three")}).outcome, AppendOutcome::stored);
  const auto loaded = load("a", lane0);
  ASSERT_TRUE(loaded.snapshot);
  EXPECT_EQ(loaded.snapshot->version, version(3));
  EXPECT_EQ(loaded.snapshot->position, position(4));
  EXPECT_EQ(loaded.snapshot->schema, 1);
  EXPECT_EQ(loaded.snapshot->state, "three");
}

TEST_P(JournalContract, ASnapshotIsOnlyEverRaised) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0), 3), 1, "three")}).outcome, AppendOutcome::stored);
  ASSERT_EQ(append({only_snapshot(lane0, "a", version(2), 1, "two")}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->state, "three");
  ASSERT_EQ(append({only_snapshot(lane0, "a", version(3), 1, "three, again")}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->state, "three");
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(3)), 1, "four")}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->state, "four");
}

TEST_P(JournalContract, AnOutdatedSnapshotIsReplacedAtTheSameVersion) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0)), 1, "old shape")}).outcome, AppendOutcome::stored);
  ASSERT_EQ(append({only_snapshot(lane0, "a", version(1), 2, "new shape")}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0, 2).snapshot->state, "new shape");
}

TEST_P(JournalContract, TheHighestSnapshotOfABatchWins) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0)), 1, "one"),
                    with_snapshot(entry(lane0, "a", version(1)), 1, "two")})
                .outcome,
            AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->state, "two");
}

TEST_P(JournalContract, PassivationLeavesNothingButItsSnapshot) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  ASSERT_EQ(append({checked(only_snapshot(lane0, "a", version(1), 1, "one"))}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->version, version(1));
  EXPECT_THAT(lane_events(lane0), SizeIs(1));
}

TEST_P(JournalContract, ARefusedBatchLeavesNoSnapshot) {
  const Entry one = entry(lane0, "a", version(0));
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  const Entry repeat = with_snapshot(with_id(entry(lane0, "a", version(1)), one.receipt->request_id), 1, "two");
  EXPECT_EQ(append({repeat}).outcome, AppendOutcome::duplicate);
  EXPECT_FALSE(load("a", lane0).snapshot);
}

}  // namespace keel::test

#include "contract/journal_contract.hpp"

namespace keel::test {

using journal::Entry;
using journal::LoadRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(JournalContract, TheIdentityStaysTheSame) {
  const auto once = journal().identity();
  const auto again = world().open()->identity();
  ASSERT_TRUE(once && again);
  EXPECT_EQ(once->incarnation, again->incarnation);
  EXPECT_EQ(once->lane_count, 4);
  EXPECT_EQ(once->hash, "fnv1a64");
}

// -- lanes -----------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ALaneIsReadInPositionOrderFromAfterAPosition) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 3), entry(lane0, "b", version(0), 2)}).outcome,
            AppendOutcome::stored);
  const auto events = lane_events(lane0, position(2), 2);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].position, position(3));
  EXPECT_EQ(events[1].position, position(4));
  EXPECT_EQ(events[1].aggregate, cart("b"));
}

TEST_P(JournalContract, ALaneReadsNothingOfOthers) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  EXPECT_THAT(lane_events(lane1), IsEmpty());
  EXPECT_THAT(*journal().read(world().other_context, lane0, {}, 10), IsEmpty());
}

TEST_P(JournalContract, ReadingPastTheEndFindsNothing) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  EXPECT_THAT(lane_events(lane0, position(1)), IsEmpty());
  EXPECT_THAT(lane_events(lane0, position(100)), IsEmpty());
}

TEST_P(JournalContract, HeadsAreTheLastPositionsByLaneNumber) {
  ASSERT_EQ(append({entry(lane1, "a", version(0), 3), entry(lane3, "b", version(0))}).outcome, AppendOutcome::stored);
  EXPECT_THAT(*journal().heads(context()), ElementsAre(position(0), position(3), position(0), position(1)));
}

TEST_P(JournalContract, HeadsOfAContextWithoutLanesAreAFault) { EXPECT_FALSE(journal().heads("nowhere")); }

TEST_P(JournalContract, AnAggregateIsReadInVersionOrderFromAfterAVersion) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2), entry(lane0, "b", version(0)), entry(lane0, "a", version(2), 2)})
                .outcome,
            AppendOutcome::stored);
  const auto events = journal().read_aggregate(context(), cart("a"), version(1), 2);
  ASSERT_TRUE(events);
  ASSERT_THAT(*events, SizeIs(2));
  EXPECT_EQ(events->at(0).version, version(2));
  EXPECT_EQ(events->at(1).version, version(3));
  EXPECT_EQ(events->at(1).position, position(4));
}

TEST_P(JournalContract, AnAggregateReadsNothingOfItsNamesake) {
  Entry namesake = entry(lane0, "a", version(0));
  namesake.aggregate.type = "Basket";
  ASSERT_EQ(append({namesake}).outcome, AppendOutcome::stored);
  EXPECT_THAT(aggregate_events("a"), IsEmpty());
}

// -- loading ---------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, AnUnknownAggregateLoadsEmpty) {
  const auto loaded = load("never heard of", lane0);
  EXPECT_FALSE(loaded.snapshot);
  EXPECT_THAT(loaded.events, IsEmpty());
  EXPECT_FALSE(loaded.more);
}

TEST_P(JournalContract, ManyAggregatesLoadInTheOrderAskedFor) {
  ASSERT_EQ(
      append({entry(lane0, "a", version(0), 2), with_snapshot(entry(lane1, "b", version(0), 3), 1, "three")}).outcome,
      AppendOutcome::stored);
  const std::vector<LoadRequest> requests = {{cart("b"), lane1, 1, {}, {}},
                                             {cart("nobody"), lane2, 1, {}, {}},
                                             {cart("a"), lane0, 1, {}, {}},
                                             {cart("b"), lane1, 2, {}, {}}};
  const auto loaded = journal().load(context(), requests, 100);
  ASSERT_TRUE(loaded);
  ASSERT_THAT(*loaded, SizeIs(4));
  EXPECT_TRUE(loaded->at(0).snapshot);
  EXPECT_THAT(loaded->at(0).events, IsEmpty());
  EXPECT_THAT(loaded->at(1).events, IsEmpty());
  EXPECT_THAT(loaded->at(2).events, SizeIs(2));
  EXPECT_FALSE(loaded->at(3).snapshot);
  EXPECT_THAT(loaded->at(3).events, SizeIs(3));
}

TEST_P(JournalContract, NothingLoadsAsNothing) {
  const auto loaded = journal().load(context(), {}, 100);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(*loaded, IsEmpty());
}

TEST_P(JournalContract, ALoadIsTheSnapshotAndTheEventsAfterIt) {
  ASSERT_EQ(
      append({with_snapshot(entry(lane0, "a", version(0), 2), 1, "two"), entry(lane0, "a", version(2), 2)}).outcome,
      AppendOutcome::stored);
  const auto loaded = load("a", lane0);
  ASSERT_TRUE(loaded.snapshot);
  EXPECT_EQ(loaded.snapshot->version, version(2));
  ASSERT_THAT(loaded.events, SizeIs(2));
  EXPECT_EQ(loaded.events[0].version, version(3));
  EXPECT_EQ(loaded.events[1].version, version(4));
}

TEST_P(JournalContract, ASnapshotOfAnotherSchemaIsIgnored) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0), 2), 1, "two")}).outcome, AppendOutcome::stored);
  const auto loaded = load("a", lane0, 2);
  EXPECT_FALSE(loaded.snapshot);
  EXPECT_THAT(loaded.events, SizeIs(2));
}

TEST_P(JournalContract, ASnapshotOfAnotherIncarnationIsIgnoredAndReplaced) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0), 2), 1, "before")}).outcome, AppendOutcome::stored);
  world().change_incarnation();
  EXPECT_FALSE(load("a", lane0).snapshot);
  EXPECT_THAT(load("a", lane0).events, SizeIs(2));
  ASSERT_EQ(append({only_snapshot(lane0, "a", version(2), 1, "after")}).outcome, AppendOutcome::stored);
  EXPECT_EQ(load("a", lane0).snapshot->state, "after");
}

TEST_P(JournalContract, ALoadThatGoesOnTakesNoSnapshot) {
  ASSERT_EQ(append({with_snapshot(entry(lane0, "a", version(0), 4), 1, "four")}).outcome, AppendOutcome::stored);
  const auto loaded = load("a", lane0, 1, version(1));
  EXPECT_FALSE(loaded.snapshot);
  ASSERT_THAT(loaded.events, SizeIs(3));
  EXPECT_EQ(loaded.events[0].version, version(2));
}

TEST_P(JournalContract, ALongTailComesInPieces) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 5)}).outcome, AppendOutcome::stored);
  const auto first = load("a", lane0, 1, version(0), 2);
  EXPECT_THAT(first.events, SizeIs(2));
  EXPECT_TRUE(first.more);
  const auto second = load("a", lane0, 1, first.events.back().version, 2);
  EXPECT_EQ(second.events.front().version, version(3));
  EXPECT_TRUE(second.more);
  const auto third = load("a", lane0, 1, second.events.back().version, 2);
  EXPECT_THAT(third.events, SizeIs(1));
  EXPECT_FALSE(third.more);
}

TEST_P(JournalContract, ATailThatJustFitsHasNoMore) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2)}).outcome, AppendOutcome::stored);
  const auto loaded = load("a", lane0, 1, version(0), 2);
  EXPECT_THAT(loaded.events, SizeIs(2));
  EXPECT_FALSE(loaded.more);
}

TEST_P(JournalContract, WaitingRequestIdsBringTheirReceiptsAlong) {
  const Entry one = entry(lane0, "a", version(0));
  const Entry two = with_id(entry(lane0, "a", version(1)), fresh_v4());
  const Entry elsewhere = entry(lane1, "b", version(0));
  ASSERT_EQ(append({one, two, elsewhere}).outcome, AppendOutcome::stored);
  const std::vector<LoadRequest> requests = {
      {cart("a"), lane0, 1, {}, {one.receipt->request_id, fresh_id(), two.receipt->request_id}},
      {cart("b"), lane1, 1, {}, {one.receipt->request_id}}};
  const auto loaded = journal().load(context(), requests, 100);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->at(0).receipts, SizeIs(2));
  EXPECT_THAT(loaded->at(1).receipts, IsEmpty());
}

TEST_P(JournalContract, AReceiptOfAnotherAggregateOfTheLaneComesAlongToo) {
  const Entry one = entry(lane0, "a", version(0));
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  const std::vector<LoadRequest> requests = {{cart("b"), lane0, 1, {}, {one.receipt->request_id}}};
  const auto loaded = journal().load(context(), requests, 100);
  ASSERT_THAT(loaded->at(0).receipts, SizeIs(1));
  EXPECT_EQ(loaded->at(0).receipts[0].aggregate, cart("a"));
}

// -- diagnosis -------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ADiagnosisTellsEpochsReceiptsAndVersions) {
  const Entry one = entry(lane0, "a", version(0), 2);
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  const std::vector<Lane> lanes = {lane2, lane0};
  const std::vector<journal::ReceiptKey> ids = {
      {lane1, one.receipt->request_id}, {lane0, fresh_id()}, {lane0, one.receipt->request_id}};
  const std::vector<AggregateRef> aggregates = {cart("nobody"), cart("a")};
  const auto diagnosis = journal().diagnose(context(), lanes, ids, aggregates);
  ASSERT_TRUE(diagnosis);
  EXPECT_THAT(diagnosis->epochs, ElementsAre(held(lane2).epoch, held(lane0).epoch));
  ASSERT_THAT(diagnosis->receipts, SizeIs(1));
  EXPECT_EQ(diagnosis->receipts[0].request_id, one.receipt->request_id);
  EXPECT_EQ(diagnosis->receipts[0].version, version(2));
  EXPECT_THAT(diagnosis->versions, ElementsAre(version(0), version(2)));
}

TEST_P(JournalContract, ADiagnosisSeesThePresentEpochs) {
  const auto session = world().open();
  ASSERT_THAT(take_over(*session, fresh_owner("rival"), true).held, SizeIs(2));
  EXPECT_EQ(epochs()[0], held(lane0).epoch.next());
}

TEST_P(JournalContract, ADiagnosisOfALaneThatDoesNotExistTellsNoEpoch) {
  const std::vector<Lane> lanes = {Lane{99}, lane0};
  const auto diagnosis = journal().diagnose(context(), lanes, {}, {});
  EXPECT_THAT(diagnosis->epochs, ElementsAre(Epoch{0}, held(lane0).epoch));
}

}  // namespace keel::test

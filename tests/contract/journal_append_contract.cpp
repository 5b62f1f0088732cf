#include <algorithm>

#include "contract/journal_contract.hpp"

namespace keel::test {
namespace {

using journal::Entry;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::int64_t> positions_of(const std::vector<journal::RecordedEvent>& events) {
  std::vector<std::int64_t> positions;
  for (const auto& event : events) positions.push_back(event.position.value);
  return positions;
}

std::vector<std::int64_t> versions_of(const std::vector<journal::RecordedEvent>& events) {
  std::vector<std::int64_t> versions;
  for (const auto& event : events) versions.push_back(event.version.value);
  return versions;
}

}  // namespace

TEST_P(JournalContract, StoresAnEventWithEverythingThatItIs) {
  Entry one = entry(lane1, "a", version(0));
  one.events[0] = {"keel.cart.v1.ItemAdded", "the payload"};
  one.metadata = "why";
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);

  const auto events = lane_events(lane1);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].lane, lane1);
  EXPECT_EQ(events[0].position, position(1));
  EXPECT_EQ(events[0].epoch, held(lane1).epoch);
  EXPECT_EQ(events[0].aggregate, cart("a"));
  EXPECT_EQ(events[0].version, version(1));
  EXPECT_EQ(events[0].type, "keel.cart.v1.ItemAdded");
  EXPECT_EQ(events[0].payload, "the payload");
  EXPECT_EQ(events[0].metadata, "why");
  EXPECT_LT(std::chrono::abs(events[0].recorded_at - system_now()), std::chrono::minutes(1));
}

TEST_P(JournalContract, SaysWhenABatchWasRecorded) {
  const auto first = append({entry(lane1, "a", version(0)), entry(lane2, "b", version(0))});
  const auto second = append({entry(lane1, "a", version(1))});
  ASSERT_EQ(second.outcome, AppendOutcome::stored);
  EXPECT_EQ(lane_events(lane1).at(0).recorded_at, first.recorded_at);
  EXPECT_EQ(lane_events(lane2).at(0).recorded_at, first.recorded_at);
  EXPECT_EQ(lane_events(lane1).at(1).recorded_at, second.recorded_at);
}

TEST_P(JournalContract, StoresAReceiptWithEverythingThatItIs) {
  const Entry one = entry(lane1, "a", version(0), 2);
  ASSERT_EQ(append({entry(lane1, "b", version(0)), one}).outcome, AppendOutcome::stored);

  const auto receipts = receipts_of({one});
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].lane, lane1);
  EXPECT_EQ(receipts[0].request_id, one.receipt->request_id);
  EXPECT_EQ(receipts[0].caller, "caller");
  EXPECT_EQ(receipts[0].aggregate, cart("a"));
  EXPECT_EQ(receipts[0].fingerprint, one.receipt->fingerprint);
  EXPECT_EQ(receipts[0].version, version(2));
  EXPECT_EQ(receipts[0].position, position(3));
  EXPECT_EQ(receipts[0].reply, "reply");
}

TEST_P(JournalContract, PositionsOfALaneAreDenseAndInTheBatchsOrder) {
  ASSERT_EQ(
      append({entry(lane0, "a", version(0), 2), entry(lane2, "b", version(0)), entry(lane0, "c", version(0))}).outcome,
      AppendOutcome::stored);
  ASSERT_EQ(append({entry(lane0, "a", version(2), 3)}).outcome, AppendOutcome::stored);

  EXPECT_THAT(positions_of(lane_events(lane0)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(positions_of(lane_events(lane2)), ElementsAre(1));
  EXPECT_EQ(lane_events(lane0)[2].aggregate, cart("c"));
}

TEST_P(JournalContract, VersionsOfAnAggregateAreDenseAcrossBatches) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2), entry(lane0, "a", version(2))}).outcome, AppendOutcome::stored);
  ASSERT_EQ(append({entry(lane0, "a", version(3), 2)}).outcome, AppendOutcome::stored);
  EXPECT_THAT(versions_of(aggregate_events("a")), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(JournalContract, KeepsBytesByteForByte) {
  Entry one = entry(lane0, "a", version(0));
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  one.events[0].payload = every_byte + every_byte;
  one.metadata = std::string("\0", 1);
  one.receipt->reply = every_byte;
  for (std::size_t i = 0; i < one.receipt->fingerprint.size(); ++i) {
    one.receipt->fingerprint[i] = static_cast<std::uint8_t>(i * 8);
  }
  ASSERT_EQ(append({with_snapshot(one, 1, every_byte)}).outcome, AppendOutcome::stored);

  EXPECT_EQ(lane_events(lane0)[0].payload, one.events[0].payload);
  EXPECT_EQ(lane_events(lane0)[0].metadata, one.metadata);
  EXPECT_EQ(receipts_of({one})[0].reply, every_byte);
  EXPECT_EQ(receipts_of({one})[0].fingerprint, one.receipt->fingerprint);
  EXPECT_EQ(load("a", lane0).snapshot->state, every_byte);
}

TEST_P(JournalContract, KeepsEmptyBytesEmpty) {
  Entry one = entry(lane0, "a", version(0));
  one.events[0].payload.clear();
  one.metadata.clear();
  one.receipt->reply.clear();
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  EXPECT_EQ(lane_events(lane0)[0].payload, "");
  EXPECT_EQ(receipts_of({one})[0].reply, "");
}

TEST_P(JournalContract, TakesAnyTextAsAnIdThatTheEdgeLetsThrough) {
  const std::string id = "o'Brien \"{},\\ NULL $1 \xC3\xA9\xE2\x82\xAC" + std::string(90, 'x');
  Entry one = entry(lane0, id, version(0));
  one.receipt->caller = id;
  ASSERT_EQ(append({one}).outcome, AppendOutcome::stored);
  EXPECT_EQ(lane_events(lane0)[0].aggregate.id, id);
  EXPECT_EQ(receipts_of({one})[0].caller, id);
}

TEST_P(JournalContract, StoresABigBatchWhole) {
  std::vector<Entry> entries;
  for (int i = 0; i < 500; ++i) entries.push_back(entry(Lane{i % 4}, "a" + std::to_string(i), version(0), 2));
  ASSERT_EQ(append(entries).outcome, AppendOutcome::stored);
  for (const Lane lane : {lane0, lane1, lane2, lane3}) EXPECT_THAT(lane_events(lane), SizeIs(250));
}

TEST_P(JournalContract, EventsAreNeverRecordedBeforeTheLanesLast) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(append({entry(lane0, "a", version(i))}).outcome, AppendOutcome::stored);
  const auto events = lane_events(lane0);
  EXPECT_TRUE(std::ranges::is_sorted(events, {}, &journal::RecordedEvent::recorded_at));
}

// -- fences ----------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, AStaleEpochNeverWrites) {
  const auto stale = held(lane0);
  const auto session = world().open();
  ASSERT_THAT(take_over(*session, fresh_owner("rival"), true).held, SizeIs(2));
  const Entry one = entry(lane0, "a", version(0));
  EXPECT_EQ(append_as({stale}, {one}).outcome, AppendOutcome::fenced);
  EXPECT_EQ(traces_of({one}), 0u);
}

TEST_P(JournalContract, AnEpochThatWasNeverGivenOutNeverWrites) {
  auto invented = held(lane0);
  invented.epoch = invented.epoch.next();
  EXPECT_EQ(append_as({invented}, {entry(lane0, "a", version(0))}).outcome, AppendOutcome::fenced);
}

TEST_P(JournalContract, ALaneThatDoesNotExistIsFenced) {
  const Lane nowhere{99};
  EXPECT_EQ(append_as({{nowhere, Epoch{1}, {}}}, {entry(nowhere, "a", version(0))}).outcome, AppendOutcome::fenced);
}

TEST_P(JournalContract, ABatchWithOneLaneTakenOverStoresNothingInItsOtherLanes) {
  const std::vector<journal::HeldLane> before = {held(lane0), held(lane1)};
  ASSERT_THAT(*journal().retake(owner_, context(), std::vector{held(lane1)}), SizeIs(1));
  const std::vector<Entry> entries = {entry(lane0, "a", version(0)), entry(lane1, "b", version(0))};
  EXPECT_EQ(append_as(before, entries).outcome, AppendOutcome::fenced);
  EXPECT_EQ(traces_of(entries), 0u);
}

TEST_P(JournalContract, AFencedBatchIsFencedWhateverElseIsWrongWithIt) {
  auto stale = held(lane0);
  stale.epoch = Epoch{stale.epoch.value - 1};
  stale.last = position(77);
  EXPECT_EQ(append_as({stale}, {checked(entry(lane0, "a", version(9)))}).outcome, AppendOutcome::fenced);
}

TEST_P(JournalContract, AnEmptyBatchIsStillFenced) {
  EXPECT_EQ(append_as({held(lane0)}, {}).outcome, AppendOutcome::stored);
  auto stale = held(lane0);
  stale.epoch = Epoch{stale.epoch.value - 1};
  EXPECT_EQ(append_as({stale}, {}).outcome, AppendOutcome::fenced);
}

TEST_P(JournalContract, EventsCarryTheEpochOfTheirAppend) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  const Epoch first = held(lane0).epoch;
  held(lane0) = journal().retake(owner_, context(), std::vector{held(lane0)})->at(0);
  ASSERT_EQ(append({entry(lane0, "a", version(1))}).outcome, AppendOutcome::stored);
  EXPECT_EQ(lane_events(lane0)[0].epoch, first);
  EXPECT_EQ(lane_events(lane0)[1].epoch, first.next());
}

// -- places ----------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ABatchThatStartsBehindTheLanesEndIsMisplaced) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  auto behind = held(lane0);
  behind.last = position(0);
  const Entry two = entry(lane0, "b", version(0));
  EXPECT_EQ(append_as({behind}, {two}).outcome, AppendOutcome::misplaced);
  EXPECT_EQ(traces_of({two}), 0u);
}

TEST_P(JournalContract, ABatchNeverLeavesAHoleInALane) {
  auto beyond = held(lane0);
  beyond.last = position(1);
  const Entry one = entry(lane0, "a", version(0));
  EXPECT_EQ(append_as({beyond}, {one}).outcome, AppendOutcome::misplaced);
  EXPECT_EQ(traces_of({one}), 0u);
}

TEST_P(JournalContract, OneMisplacedLaneRefusesTheOtherLanesToo) {
  auto beyond = held(lane1);
  beyond.last = position(5);
  const std::vector<Entry> entries = {entry(lane0, "a", version(0)), entry(lane1, "b", version(0))};
  EXPECT_EQ(append_as({held(lane0), beyond}, entries).outcome, AppendOutcome::misplaced);
  EXPECT_EQ(traces_of(entries), 0u);
}

TEST_P(JournalContract, AnEntryOutsideItsBatchsLanesIsRefused) {
  const Entry one = entry(lane1, "a", version(0));
  EXPECT_EQ(append_as({held(lane0)}, {one}).outcome, AppendOutcome::broken);
  EXPECT_EQ(traces_of({one}), 0u);
}

TEST_P(JournalContract, LanesOutOfOrderAreRefused) {
  const std::vector<Entry> entries = {entry(lane0, "a", version(0)), entry(lane1, "b", version(0))};
  EXPECT_EQ(append_as({held(lane1), held(lane0)}, entries).outcome, AppendOutcome::broken);
  EXPECT_EQ(append_as({held(lane0), held(lane0)}, entries).outcome, AppendOutcome::broken);
}

// -- versions --------------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ACheckedEntryBehindTheStoredVersionIsRefused) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 3)}).outcome, AppendOutcome::stored);
  const Entry late = checked(entry(lane0, "a", version(2)));
  EXPECT_EQ(append({late}).outcome, AppendOutcome::stale_version);
  EXPECT_THAT(receipts_of({late}), SizeIs(0));
}

TEST_P(JournalContract, ACheckedEntryNeverLeavesAHoleInAnAggregate) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  EXPECT_EQ(append({checked(entry(lane0, "a", version(2)))}).outcome, AppendOutcome::stale_version);
  EXPECT_EQ(append({checked(entry(lane0, "b", version(1)))}).outcome, AppendOutcome::stale_version);
  EXPECT_THAT(versions_of(aggregate_events("a")), ElementsAre(1));
}

TEST_P(JournalContract, ACheckedEntryThatFollowsIsStored) {
  ASSERT_EQ(append({checked(entry(lane0, "a", version(0), 2))}).outcome, AppendOutcome::stored);
  EXPECT_EQ(append({checked(entry(lane0, "a", version(2)))}).outcome, AppendOutcome::stored);
}

TEST_P(JournalContract, ACheckedNoOpIsComparedToo) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2)}).outcome, AppendOutcome::stored);
  EXPECT_EQ(append({checked(entry(lane0, "a", version(1), 0))}).outcome, AppendOutcome::stale_version);
  EXPECT_EQ(append({checked(entry(lane0, "a", version(2), 0))}).outcome, AppendOutcome::stored);
}

TEST_P(JournalContract, OnlyTheFirstCheckOfAnAggregateInABatchIsComparedWithTheJournal) {
  EXPECT_EQ(append({checked(entry(lane0, "a", version(0), 2)), checked(entry(lane0, "a", version(2)))}).outcome,
            AppendOutcome::stored);
}

TEST_P(JournalContract, OneStaleAggregateRefusesTheWholeBatch) {
  ASSERT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::stored);
  const Entry innocent = entry(lane1, "b", version(0));
  EXPECT_EQ(append({innocent, checked(entry(lane0, "a", version(0)))}).outcome, AppendOutcome::stale_version);
  EXPECT_EQ(traces_of({innocent}), 0u);
}

TEST_P(JournalContract, AVersionIsNeverStoredTwice) {
  ASSERT_EQ(append({entry(lane0, "a", version(0), 2)}).outcome, AppendOutcome::stored);
  const Entry again = entry(lane0, "a", version(1));
  EXPECT_EQ(append({again}).outcome, AppendOutcome::duplicate);
  EXPECT_THAT(receipts_of({again}), SizeIs(0));
  EXPECT_THAT(lane_events(lane0), SizeIs(2));
}

TEST_P(JournalContract, AVersionTwiceInABatchIsRefused) {
  const std::vector<Entry> entries = {entry(lane0, "a", version(0)), entry(lane0, "a", version(0))};
  EXPECT_EQ(append(entries).outcome, AppendOutcome::duplicate);
  EXPECT_EQ(traces_of(entries), 0u);
}

TEST_P(JournalContract, AggregatesOfAnotherTypeOrContextHaveVersionsOfTheirOwn) {
  Entry other_type = entry(lane0, "a", version(0));
  other_type.aggregate.type = "Basket";
  EXPECT_EQ(append({entry(lane0, "a", version(0)), other_type}).outcome, AppendOutcome::stored);

  const auto taken = take_over(journal(), owner_);
  const Entry elsewhere = entry(lane0, "a", version(0));
  const std::vector<const Entry*> entries = {&elsewhere};
  EXPECT_EQ(journal().append({world().other_context, std::span(&taken.held[1][0], 1), entries}).outcome,
            AppendOutcome::stored);
}

}  // namespace keel::test

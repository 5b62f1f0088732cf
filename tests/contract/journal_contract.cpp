#include "contract/journal_contract.hpp"

#include <algorithm>
#include <set>

namespace keel::test {

using journal::Entry;
using journal::HeldLane;

void JournalContract::SetUp() {
  world_ = GetParam()();
  journal_ = world_->open();
  const auto taken = take_over(*journal_, owner_);
  ASSERT_TRUE(taken.rivals.empty());
  held_ = taken.held.at(0);
}

journal::Owner JournalContract::fresh_owner(std::string name) { return {fresh_id(), std::move(name)}; }

Uuid JournalContract::fresh_v4() {
  Uuid id = fresh_id();
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  return id;
}

journal::TakeOver JournalContract::take_over(journal::Journal& session, const journal::Owner& owner, bool forced) {
  EXPECT_TRUE(session.beat(owner));
  const auto taken = session.take_over(owner, contexts(), forced);
  EXPECT_TRUE(taken) << taken.fault().what;
  return *taken;
}

Entry JournalContract::entry(Lane lane, std::string id, Version expected, int events) {
  Entry made;
  made.lane = lane;
  made.aggregate = cart(std::move(id));
  made.expected = expected;
  for (int i = 0; i < events; ++i) made.events.push_back({"keel.test.v1.Happened", "payload " + std::to_string(i)});
  made.metadata = "metadata";
  made.receipt = Entry::Receipted{fresh_id(), "caller", {}, "reply"};
  made.receipt->fingerprint.fill(7);
  return made;
}

Entry JournalContract::with_id(Entry entry, Uuid request_id) {
  entry.receipt->request_id = request_id;
  return entry;
}

Entry JournalContract::checked(Entry entry) {
  entry.check_version = true;
  return entry;
}

Entry JournalContract::with_snapshot(Entry entry, std::int64_t schema, std::string state) {
  entry.snapshot = Entry::StateAfter{schema, std::move(state)};
  return entry;
}

Entry JournalContract::only_snapshot(Lane lane, std::string id, Version version, std::int64_t schema,
                                     std::string state) {
  Entry made = with_snapshot(entry(lane, std::move(id), version, 0), schema, std::move(state));
  made.receipt.reset();
  return made;
}

journal::Appended JournalContract::append(const std::vector<Entry>& entries) {
  std::set<Lane> numbers;
  for (const Entry& entry : entries) numbers.insert(entry.lane);
  std::vector<HeldLane> lanes;
  for (const Lane lane : numbers) lanes.push_back(held(lane));
  const auto appended = append_as(lanes, entries);
  if (appended.outcome != AppendOutcome::stored) return appended;
  for (const Entry& entry : entries) {
    HeldLane& lane = held(entry.lane);
    lane.last = lane.last.plus(static_cast<std::int64_t>(entry.events.size()));
  }
  return appended;
}

journal::Appended JournalContract::append_as(std::vector<HeldLane> lanes, const std::vector<Entry>& entries) {
  std::vector<const Entry*> pointers;
  for (const Entry& entry : entries) pointers.push_back(&entry);
  return journal_->append({context(), lanes, pointers});
}

std::vector<journal::RecordedEvent> JournalContract::lane_events(Lane lane, Position after, std::size_t limit) {
  const auto events = journal_->read(context(), lane, after, limit);
  EXPECT_TRUE(events) << events.fault().what;
  return *events;
}

std::vector<journal::RecordedEvent> JournalContract::aggregate_events(const std::string& id, Version after) {
  const auto events = journal_->read_aggregate(context(), cart(id), after, 1000);
  EXPECT_TRUE(events) << events.fault().what;
  return *events;
}

journal::Loaded JournalContract::load(const std::string& id, Lane lane, std::int64_t schema, Version after,
                                      std::size_t max_events) {
  const std::vector<journal::LoadRequest> requests = {{cart(id), lane, schema, after, {}}};
  const auto loaded = journal_->load(context(), requests, max_events);
  EXPECT_TRUE(loaded) << loaded.fault().what;
  return loaded->at(0);
}

std::vector<journal::Receipt> JournalContract::receipts_of(std::initializer_list<Entry> entries) {
  std::vector<journal::ReceiptKey> keys;
  for (const Entry& entry : entries) keys.push_back({entry.lane, entry.receipt->request_id});
  const auto diagnosis = journal_->diagnose(context(), {}, keys, {});
  EXPECT_TRUE(diagnosis) << diagnosis.fault().what;
  return diagnosis->receipts;
}

std::size_t JournalContract::traces_of(const std::vector<Entry>& entries) {
  std::size_t traces = 0;
  for (const Entry& entry : entries) {
    traces += aggregate_events(entry.aggregate.id).size();
    if (entry.receipt) traces += receipts_of({entry}).size();
    traces += load(entry.aggregate.id, entry.lane, entry.snapshot ? entry.snapshot->schema : 1).snapshot ? 1 : 0;
  }
  return traces;
}

std::vector<Epoch> JournalContract::epochs() {
  const std::vector<Lane> lanes = {lane0, lane1, lane2, lane3};
  const auto diagnosis = journal_->diagnose(context(), lanes, {}, {});
  EXPECT_TRUE(diagnosis) << diagnosis.fault().what;
  return diagnosis->epochs;
}

}  // namespace keel::test

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "actors/admission.hpp"
#include "actors/live_aggregate.hpp"
#include "actors/recents.hpp"
#include "actors/restart_policy.hpp"
#include "actors/restoring.hpp"
#include "actors/slot_table.hpp"
#include "actors/state_text.hpp"
#include "support/counter_calls.hpp"

namespace keel::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const domain::AggregateKind& counter = domain::kind_of<testing::Counter>();

// -- restart policies -------------------------------------------------------------------------------------------------

TEST(RestartHistory, PausesDoubleUpToTheLast) {
  const RestartPolicy policy{.first_pause = milliseconds(10), .last_pause = milliseconds(50), .jitter = 0};
  RestartHistory history;
  const auto now = RestartHistory::Clock::now();
  std::vector<milliseconds> pauses;
  for (int i = 0; i < 5; ++i) pauses.push_back(history.died(policy, now, 0.5));
  EXPECT_EQ(pauses, (std::vector<milliseconds>{milliseconds(10), milliseconds(20), milliseconds(40), milliseconds(50),
                                               milliseconds(50)}));
}

TEST(RestartHistory, JitterMovesAPauseByItsShareOnly) {
  const RestartPolicy policy{.first_pause = milliseconds(100), .jitter = 0.2};
  EXPECT_EQ(RestartHistory().died(policy, {}, 0), milliseconds(80));
  EXPECT_EQ(RestartHistory().died(policy, {}, 0.5), milliseconds(100));
  EXPECT_LE(RestartHistory().died(policy, {}, 0.999), milliseconds(120));
}

TEST(RestartHistory, OneMoreThanAllowedWithinTheWindowIsTooMuch) {
  const RestartPolicy policy{.max_restarts = 2, .window = seconds(10)};
  RestartHistory history;
  const auto start = RestartHistory::Clock::now();
  history.died(policy, start, 0);
  history.died(policy, start, 0);
  EXPECT_FALSE(history.exhausted(policy));
  history.died(policy, start, 0);
  EXPECT_TRUE(history.exhausted(policy));
  history.died(policy, start + seconds(11), 0);
  EXPECT_FALSE(history.exhausted(policy));
}

TEST(RestartHistory, WithoutALimitNothingIsTooMuch) {
  const RestartPolicy policy{.max_restarts = 0};
  RestartHistory history;
  for (int i = 0; i < 100; ++i) history.died(policy, {}, 0);
  EXPECT_FALSE(history.exhausted(policy));
}

// -- admission --------------------------------------------------------------------------------------------------------

TEST(Admission, ADroppedTicketLeavesEveryGate) {
  Admission admission(10, 1);
  Gate context(10);
  {
    const Ticket ticket(admission, context, "caller");
    EXPECT_TRUE(ticket.admitted());
    EXPECT_EQ(context.inside(), 1U);
    EXPECT_FALSE(Ticket(admission, context, "caller").admitted());
  }
  EXPECT_EQ(context.inside(), 0U);
  EXPECT_EQ(admission.in_flight(), 0U);
  EXPECT_TRUE(Ticket(admission, context, "caller").admitted());
}

TEST(Admission, ARefusedCallLeavesNothingBehind) {
  Admission admission(10, 10);
  Gate full(0);
  EXPECT_FALSE(Ticket(admission, full, "caller").admitted());
  EXPECT_EQ(admission.in_flight(), 0U);
  EXPECT_EQ(full.inside(), 0U);
}

TEST(Admission, ManyCallersThatComeAndGoAreForgotten) {
  Admission admission(10, 1);
  Gate context(10);
  const Ticket stays(admission, context, "stays");
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(Ticket(admission, context, std::to_string(i)).admitted());
  EXPECT_FALSE(Ticket(admission, context, "stays").admitted());
}

TEST(Admission, CountsAreExactWhenThreadsRace) {
  Admission admission(1000, 1000);
  Gate context(1000);
  const auto come_and_go = [&] {
    for (int i = 0; i < 20'000; ++i) Ticket(admission, context, "caller" + std::to_string(i % 3));
  };
  std::thread other(come_and_go);
  come_and_go();
  other.join();
  EXPECT_EQ(admission.in_flight(), 0U);
  EXPECT_EQ(context.inside(), 0U);
}

// -- recents ----------------------------------------------------------------------------------------------------------

TEST(Recents, FindsWhatItKnowsWhetherFewOrMany) {
  const Timestamp start{seconds(1000)};
  Recents recents;
  PendingCall call({}, {});
  std::vector<Uuid> ids;
  for (int i = 0; i < 500; ++i) {
    ids.push_back(make_uuid_v7(start + seconds(i)));
    recents.add(ids.back(), start + seconds(i), call);
    ASSERT_NE(recents.find(ids.front()), nullptr);
    ASSERT_NE(recents.find(ids.back()), nullptr);
  }
  EXPECT_EQ(recents.find(make_uuid_v7(start)), nullptr);
}

TEST(Recents, ForgetsOldOnesInOrderAndNeverOneInFlight) {
  const Timestamp start{seconds(1000)};
  Recents recents;
  PendingCall settled({}, {});
  PendingCall in_flight({}, {});
  std::vector<Uuid> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(make_uuid_v7(start + seconds(i)));
    recents.add(ids.back(), start + seconds(i), i == 60 ? in_flight : settled);
    if (i != 60) recents.settled(ids.back(), settled);
  }
  const Timestamp floor = recents.forget(start + seconds(90), start);
  EXPECT_EQ(floor, start + seconds(59));
  EXPECT_EQ(recents.size(), 40U);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(recents.find(ids[i]) != nullptr, i >= 60) << i;
}

TEST(Recents, SettlesOnlyTheCallThatUsedTheId) {
  Recents recents;
  PendingCall first({}, {});
  PendingCall second({}, {});
  const Uuid id = make_uuid_v7({});
  recents.add(id, {}, second);
  recents.settled(id, first);
  EXPECT_EQ(recents.find(id)->in_flight, &second);
}

// -- slots ------------------------------------------------------------------------------------------------------------

TEST(SlotTable, HoldsWhatASetWouldHold) {
  SlotTable slots;
  std::set<std::string> model;
  std::uint64_t seed = 7;
  for (int i = 0; i < 20'000; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::string id = std::to_string(seed >> 54);
    const std::uint64_t hash = lane_hash("Counter", id) & ~std::uint64_t{15};  // as alike as in one lane of 16
    Slot* slot = slots.find(hash, &counter, id);
    ASSERT_EQ(slot != nullptr, model.contains(id));
    if (slot == nullptr) {
      slots.add(counter, id, hash);
      model.insert(id);
    } else {
      slots.erase(*slot);
      model.erase(id);
    }
    ASSERT_EQ(slots.size(), model.size());
  }
  std::set<std::string> held;
  slots.each([&](const Slot& slot) { held.insert(slot.id); });
  EXPECT_EQ(held, model);
}

TEST(SlotTable, SlotsOfOneHashAreToldApart) {
  SlotTable slots;
  Slot& a = slots.add(counter, "a", 1);
  Slot& b = slots.add(counter, "b", 1);
  a.incarnation = 10;
  b.incarnation = 11;
  EXPECT_EQ(slots.find(1, &counter, "b"), &b);
  EXPECT_EQ(slots.find(LifeId{1, 10}), &a);
  EXPECT_EQ(slots.find(LifeId{1, 12}), nullptr);
}

TEST(SlotTable, KnowsWhichWasUsedLongestAgo) {
  SlotTable slots;
  Slot& a = slots.add(counter, "a", 1);
  Slot& b = slots.add(counter, "b", 2);
  Slot& c = slots.add(counter, "c", 3);
  for (Slot* slot : {&a, &b, &c}) slots.use(*slot);
  slots.use(a);
  EXPECT_EQ(slots.stalest(), &b);
  slots.forget_use(b);
  slots.forget_use(b);
  EXPECT_EQ(slots.stalest(), &c);
  slots.erase(c);
  EXPECT_EQ(slots.stalest(), &a);
  EXPECT_EQ(slots.in_use_order(), 1U);
}

// -- restoring --------------------------------------------------------------------------------------------------------

journal::RecordedEvent moved(std::int64_t version, std::int64_t value) {
  testing::v1::CounterMoved event;
  event.set_value(value);
  return {{}, {}, {}, {"Counter", "a"}, Version{version}, "keel.testing.v1.CounterMoved", event.SerializeAsString(),
          {}, {}};
}

journal::Snapshot snapshot_of(std::int64_t version, std::int64_t value) {
  testing::v1::CounterState state;
  state.set_value(value);
  return {Version{version}, {}, counter.schema, state.SerializeAsString()};
}

std::int64_t value_of(const Restored& restored) {
  return static_cast<const testing::v1::CounterState&>(*restored.state).value();
}

TEST(Restoration, GoesOnFromASnapshot) {
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {}, {});
  ASSERT_TRUE(restoration.take({snapshot_of(5, 50), {moved(6, 60)}, {}, false}));
  const auto result = std::move(restoration).result();
  const auto& restored = std::get<Restored>(result);
  EXPECT_EQ(restored.version, Version{6});
  EXPECT_EQ(restored.snapshot, Version{5});
  EXPECT_EQ(value_of(restored), 60);
}

TEST(Restoration, WhatTheEventsSinceASnapshotWeighIsTakenFromItsWeight) {
  testing::v1::CounterState state;
  state.set_label(std::string(100, 'x'));
  auto snapshot = snapshot_of(5, 50);
  snapshot.state = state.SerializeAsString();
  const auto first = moved(6, 60);
  const auto second = moved(7, 70);
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {}, {});
  ASSERT_TRUE(restoration.take({snapshot, {first, second}, {}, false}));
  const auto result = std::move(restoration).result();
  EXPECT_EQ(std::get<Restored>(result).until_snapshot,
            snapshot.state.size() - first.payload.size() - second.payload.size());
}

TEST(Restoration, AsksForTheRestOfALongHistory) {
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {make_uuid_v7({})}, {});
  EXPECT_EQ(restoration.request().request_ids.size(), 1U);
  EXPECT_FALSE(restoration.take({{}, {moved(1, 10)}, {}, true}));
  EXPECT_EQ(restoration.request().after, Version{1});
  EXPECT_TRUE(restoration.request().request_ids.empty());
  EXPECT_TRUE(restoration.take({{}, {moved(2, 20)}, {}, false}));
}

TEST(Restoration, ABrokenSnapshotIsIgnoredNeverFatal) {
  auto broken = snapshot_of(5, 50);
  broken.state = "\xFF\xFF";
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {}, {});
  EXPECT_FALSE(restoration.take({broken, {moved(6, 60)}, {}, false}));
  EXPECT_NE(restoration.request().schema, counter.schema);
  EXPECT_EQ(restoration.request().after, Version{0});
  ASSERT_TRUE(restoration.take({{}, {moved(1, 10)}, {}, false}));
  const auto result = std::move(restoration).result();
  EXPECT_EQ(value_of(std::get<Restored>(result)), 10);
}

TEST(Restoration, ASnapshotThatTheHistoryDoesNotFollowIsLeftAside) {
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {}, {});
  EXPECT_FALSE(restoration.take({snapshot_of(5, 50), {moved(7, 70)}, {}, false}));
  EXPECT_EQ(restoration.request().after, Version{0});
}

TEST(Restoration, AHoleInTheHistoryIsUnreadable) {
  Restoration restoration(counter, {"Counter", "a"}, Lane{0}, {}, {});
  EXPECT_TRUE(restoration.take({{}, {moved(1, 10), moved(3, 30)}, {}, false}));
  const auto result = std::move(restoration).result();
  EXPECT_TRUE(std::holds_alternative<Unreadable>(result));
}

// -- states for people ------------------------------------------------------------------------------------------------

TEST(StateText, IsJsonWithTheNamesOfTheProtoAndItsZeros) {
  testing::v1::CounterState state;
  state.set_value(5);
  EXPECT_EQ(text_of(state).json, R"({"value":"5","label":""})");
  EXPECT_EQ(text_of(state).problem, "");
}

TEST(StateText, SaysThatAStateIsTooLarge) {
  testing::v1::CounterState state;
  state.set_label(std::string(2 << 20, 'x'));
  EXPECT_EQ(text_of(state).json, "");
  EXPECT_NE(text_of(state).problem.find("too large"), std::string::npos);
  state.set_label(std::string(700'000, '\n'));
  EXPECT_NE(text_of(state).problem.find("too large"), std::string::npos) << "each is two characters of JSON";
}

}  // namespace
}  // namespace keel::actors

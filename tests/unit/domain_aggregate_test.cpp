#include "domain/aggregate.hpp"

#include <gtest/gtest.h>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "support/given_when_then.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"

namespace keel::domain {
namespace {

using keel::testing::Counter;
using keel::testing::ForgetfulCounter;
using keel::testing::v1::CounterLabelled;
using keel::testing::v1::CounterMoved;
using keel::testing::v1::CounterOpened;
using keel::testing::v1::CounterOpenedV2;
using keel::testing::v1::CounterState;
using keel::testing::v1::MoveCounterRequest;
using tests::message;

const AggregateKind& counter = kind_of<Counter>();

TEST(AggregateKind, NamesContextAndType) {
  EXPECT_EQ(counter.context, "testing");
  EXPECT_EQ(counter.type, "Counter");
  EXPECT_EQ(kind_of<cart::Cart>().context, "cart");
  EXPECT_EQ(kind_of<inventory::Stock>().type, "Stock");
  EXPECT_EQ(kind_of<purchase::Purchase>().type, "Purchase");
}

TEST(AggregateKind, FindsCommandsAndEventsByDescriptorAndByName) {
  EXPECT_EQ(counter.command("keel.testing.v1.MoveCounterRequest"), counter.command(MoveCounterRequest::descriptor()));
  EXPECT_EQ(counter.event("keel.testing.v1.CounterMoved"), counter.event(CounterMoved::descriptor()));
  ASSERT_NE(counter.command(MoveCounterRequest::descriptor()), nullptr);
  ASSERT_NE(counter.event(CounterMoved::descriptor()), nullptr);
}

TEST(AggregateKind, KnowsNoStrangers) {
  EXPECT_EQ(counter.command("keel.cart.v1.AddItemRequest"), nullptr);
  EXPECT_EQ(counter.command(CounterMoved::descriptor()), nullptr);
  EXPECT_EQ(counter.event("keel.testing.v1.Nothing"), nullptr);
  EXPECT_EQ(counter.event(MoveCounterRequest::descriptor()), nullptr);
}

TEST(AggregateKind, DecidesAndChecksThroughTheTable) {
  const auto* rule = counter.command(MoveCounterRequest::descriptor());
  const auto decision = rule->decide(*counter.empty_state, message<MoveCounterRequest>("amount: 3"), tests::a_stamp());
  ASSERT_TRUE(decision.accepted());
  EXPECT_EQ(decision.acceptance().events.size(), 1U);
  Violations violations;
  rule->check(message<MoveCounterRequest>("amount: 2000000000"), violations);
  EXPECT_EQ(violations.list().size(), 1U);
}

TEST(AggregateKind, AppliesStoredBytes) {
  CounterState state;
  EXPECT_TRUE(counter.apply(state, "keel.testing.v1.CounterMoved",
                            message<CounterMoved>("amount: 2 value: 5").SerializeAsString()));
  EXPECT_EQ(state.value(), 5);
}

TEST(AggregateKind, LeavesTheStateAloneWhenBytesOrTypeAreStrange) {
  CounterState state;
  state.set_value(7);
  EXPECT_FALSE(counter.apply(state, "keel.testing.v1.CounterMoved", "\xff\xff\xff"));
  EXPECT_FALSE(counter.apply(state, "keel.testing.v1.Nothing", ""));
  EXPECT_EQ(state.value(), 7);
}

/// Upcasters that lead nowhere, or in a circle.
struct Unled : Counter {
  using OldEvents = Messages<CounterOpened>;
};
struct Circling : Counter {
  using OldEvents = Messages<CounterOpenedV2, CounterOpened>;
};
struct Unread : ForgetfulCounter {
  using OldEvents = Messages<CounterState>;
};
static_assert(!Aggregate<Unled>, "its upcaster makes an event that nobody remembers");
static_assert(!Aggregate<Circling>, "an upcaster may only lead to what stands further down the list");
static_assert(!Aggregate<Unread>, "an old event without an upcaster");

TEST(Upcasters, AnOldEventIsRememberedAsWhatItBecame) {
  CounterState state;
  EXPECT_TRUE(counter.apply(state, "keel.testing.v1.CounterOpened",
                            message<CounterOpened>("starting_value: 7 label: 'door'").SerializeAsString()));
  EXPECT_EQ(state.value(), 7);
  EXPECT_EQ(state.label(), "door");
}

TEST(Upcasters, OneStoredEventBecomesSeveralInOrder) {
  const auto today = counter.upcast("keel.testing.v1.CounterOpenedV2",
                                    message<CounterOpenedV2>("value: 7 label: 'door'").SerializeAsString());
  ASSERT_EQ(today.size(), 2U);
  EXPECT_EQ(today[0].event, counter.event(CounterMoved::descriptor()));
  EXPECT_EQ(static_cast<const CounterMoved&>(*today[0].message).amount(), 7);
  EXPECT_EQ(static_cast<const CounterLabelled&>(*today[1].message).label(), "door");
}

TEST(Upcasters, AnEventOfTodayHasNone) {
  EXPECT_TRUE(counter.upcast("keel.testing.v1.CounterMoved", "").empty());
  EXPECT_TRUE(counter.upcast("keel.testing.v1.Nothing", "").empty());
  EXPECT_TRUE(kind_of<ForgetfulCounter>().upcast("keel.testing.v1.CounterOpened", "").empty());
}

TEST(Upcasters, BrokenBytesOfAnOldEventLeaveTheStateAlone) {
  CounterState state;
  state.set_value(7);
  EXPECT_FALSE(counter.apply(state, "keel.testing.v1.CounterOpened", "\xff\xff\xff"));
  EXPECT_EQ(state.value(), 7);
  EXPECT_EQ(counter.decode("keel.testing.v1.CounterOpened", "\xff\xff\xff"), nullptr);
}

TEST(Upcasters, TheStoredMessageCanStillBeSeen) {
  const auto bytes = message<CounterOpened>("starting_value: 7").SerializeAsString();
  const auto stored = counter.decode("keel.testing.v1.CounterOpened", bytes);
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->GetDescriptor(), CounterOpened::descriptor());
}

TEST(SchemaHash, ChangesWithTheListOfOldEvents) { EXPECT_NE(counter.schema, kind_of<ForgetfulCounter>().schema); }

TEST(SchemaHash, ChangesWithTheRevisionAndTheDescriptor) {
  const auto* state = cart::v1::CartState::descriptor();
  EXPECT_EQ(schema_hash(state, 1), schema_hash(state, 1));
  EXPECT_NE(schema_hash(state, 1), schema_hash(state, 2));
  EXPECT_NE(schema_hash(state, 1), schema_hash(CounterState::descriptor(), 1));
  EXPECT_EQ(kind_of<cart::Cart>().schema, schema_hash(state, cart::Cart::evolve_revision));
}

TEST(SchemaHash, SeesMessagesThatTheStateRefersTo) {
  // CartLine is a part of CartState; alone it is another schema.
  EXPECT_NE(schema_hash(cart::v1::CartState::descriptor(), 1), schema_hash(cart::v1::CartLine::descriptor(), 1));
}

TEST(Decision, KeepsEventsInOrderAndTheReply) {
  auto decision = Decision::events(message<CounterMoved>("value: 1"));
  decision.add(message<CounterMoved>("value: 2"));
  const auto replying = std::move(decision).replying(message<CounterState>("value: 2"));
  ASSERT_EQ(replying.acceptance().events.size(), 2U);
  EXPECT_EQ(static_cast<const CounterMoved&>(*replying.acceptance().events[0]).value(), 1);
  EXPECT_EQ(static_cast<const CounterMoved&>(*replying.acceptance().events[1]).value(), 2);
  EXPECT_EQ(replying.acceptance().reply, message<CounterState>("value: 2").SerializeAsString());
}

}  // namespace
}  // namespace keel::domain

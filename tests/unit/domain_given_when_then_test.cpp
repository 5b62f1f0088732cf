#include "support/given_when_then.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"

// The words that all other tests of rules are written in: each of them must be able to fail.
namespace keel::tests {
namespace {

namespace v1 = keel::testing::v1;
using keel::testing::Counter;

v1::MoveCounterRequest move(std::int64_t amount) {
  v1::MoveCounterRequest request;
  request.set_amount(amount);
  return request;
}

v1::CounterMoved moved(std::int64_t amount, std::int64_t value) {
  v1::CounterMoved event;
  event.set_amount(amount);
  event.set_value(value);
  return event;
}

TEST(GivenWhenThen, PassesWhenTheEventsAreThese) {
  given<Counter>({}).when(move(2)).then(moved(2, 2));
  given<Counter>({moved(2, 2)}).when(move(3)).then(moved(3, 5));
}

TEST(GivenWhenThen, FailsWhenAnEventDiffers) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(2)).then(moved(2, 3)), "expected:");
}

TEST(GivenWhenThen, FailsWhenAnEventIsMissingOrTooMany) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(2)).then({moved(2, 2), moved(2, 4)}), "expected:");
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(0)).then(moved(0, 0)), "expected:");
}

TEST(GivenWhenThen, FailsWhenAnEventIsOfAnotherType) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(2)).then(v1::CounterState()), "expected:");
}

TEST(GivenWhenThen, FailsWhenEventsWereExpectedAndTheRuleRefused) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(-1)).then(moved(-1, -1)), "COUNTER_BELOW_ZERO");
}

TEST(GivenWhenThen, WantsNothingHappensToBeSaidInWords) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(0)).then({}), "nothing_happens");
}

TEST(GivenWhenThen, PassesWhenTheRuleRefusesForThisReason) {
  given<Counter>({}).when(move(-1)).refuses("COUNTER_BELOW_ZERO");
}

TEST(GivenWhenThen, FailsWhenTheRuleRefusesForAnotherReasonOrAccepts) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(-1)).refuses("CART_UNKNOWN"), "COUNTER_BELOW_ZERO");
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(1)).refuses("COUNTER_BELOW_ZERO"), "accepted");
}

TEST(GivenWhenThen, FailsWhenTheRefusalLacksMetadata) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(-1)).refuses("COUNTER_BELOW_ZERO", {{"value", "0"}}),
                          "metadata value");
}

TEST(GivenWhenThen, TellsNothingFromSomethingAndFromRefusal) {
  given<Counter>({}).when(move(0)).nothing_happens();
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(1)).nothing_happens(), "nothing happens");
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(move(-1)).nothing_happens(), "nothing happens");
}

TEST(GivenWhenThen, ComparesTheReply) {
  given<Counter>({moved(2, 2)}).when(move(0)).nothing_happens().replying(message<v1::MoveCounterResponse>("value: 2"));
  EXPECT_NONFATAL_FAILURE(
      given<Counter>({}).when(move(1)).then(moved(1, 1)).replying(message<v1::MoveCounterResponse>("value: 2")),
      "expected reply");
}

TEST(GivenWhenThen, FailsOnAStrangersHistoryOrCommand) {
  EXPECT_NONFATAL_FAILURE(given<Counter>({v1::CounterState()}), "knows no event");
  EXPECT_NONFATAL_FAILURE(given<Counter>({}).when(v1::CounterState()).refuses(""), "takes no command");
}

TEST(GivenWhenThen, SaysTheOutcomeInAWord) {
  EXPECT_EQ(given<Counter>({}).when(move(1)).in_short(), "CounterMoved");
  EXPECT_EQ(given<Counter>({}).when(move(0)).in_short(), "-");
  EXPECT_EQ(given<Counter>({}).when(move(-1)).in_short(), "COUNTER_BELOW_ZERO");
}

TEST(Counter, RefusesToOverflow) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  given<Counter>({moved(most, most)}).when(move(1)).refuses("COUNTER_OVERFLOW");
}

TEST(Counter, TakesAmountsUpToABillionEitherWay) {
  EXPECT_TRUE(misshapen<Counter>(move(-1'000'000'000)).empty());
  EXPECT_EQ(misshapen<Counter>(move(1'000'000'001)), std::vector<std::string>{"amount"});
}

}  // namespace
}  // namespace keel::tests

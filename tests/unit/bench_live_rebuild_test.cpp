#include <gtest/gtest.h>

#include <thread>

#include "bench/beside.hpp"
#include "bench/switch_watch.hpp"
#include "bench/visibility_check.hpp"
#include "keel/cart/v1/queries.pb.h"

// What the bench holds queries against while a projection is rebuilt under them.
namespace keel::bench {
namespace {

using std::chrono::steady_clock;

std::string place(std::int64_t position, std::int32_t lane = 3) {
  return encode(Token{Uuid{}, "cart", Lane{lane}, Position{position}});
}

TEST(VisibilityCheck, AcceptsAnAnswerThatHasEverythingUpToItsPlace) {
  VisibilityCheck check;
  check.stored(7, 1, place(10));
  check.stored(7, 2, place(20));
  check.answered(7, 1, place(19), steady_clock::now());
  check.answered(7, 2, place(20), steady_clock::now());
  check.answered(7, 9, place(21), steady_clock::now());
  EXPECT_EQ(check.found().compared, 3U);
  EXPECT_EQ(check.found().lacking, 0U);
  EXPECT_EQ(check.found().went_back, 0U);
}

TEST(VisibilityCheck, FindsAPlaceOfOneGenerationOverARowOfAnother) {
  VisibilityCheck check;
  check.stored(7, 1, place(10));
  check.stored(7, 2, place(20));
  check.answered(7, 1, place(20), steady_clock::now());
  EXPECT_EQ(check.found().lacking, 1U);
  EXPECT_NE(check.found().example.find("version 1 as of position 20 of lane 3"), std::string::npos);
}

TEST(VisibilityCheck, LeavesOutCartsOfWhichNoWriteIsKnownUpToThere) {
  VisibilityCheck check;
  check.stored(7, 5, place(10));
  check.answered(7, 1, place(9), steady_clock::now());
  check.answered(8, 1, place(30), steady_clock::now());
  EXPECT_EQ(check.found().compared, 0U);
}

TEST(VisibilityCheck, TellsWhenTimeWentBackForQuestionsThatWereAskedAfterAnAnswer) {
  VisibilityCheck check;
  const auto before = steady_clock::now();
  check.answered(7, 1, place(20), before);
  check.answered(7, 1, place(19), before);
  EXPECT_EQ(check.found().went_back, 0U) << "it was asked before the newer answer came";
  check.answered(7, 1, place(19), steady_clock::now());
  check.answered(7, 1, place(5, 4), steady_clock::now());
  EXPECT_EQ(check.found().went_back, 1U) << "another lane has places of its own";
}

TEST(VisibilityCheck, CountsWhatItCannotRead) {
  VisibilityCheck check;
  check.stored(7, 1, "no token");
  check.answered(7, 1, "", steady_clock::now());
  EXPECT_EQ(check.found().unreadable, 2U);
}

cart::v1::ListCartsResponse carts(int marked, int others) {
  cart::v1::ListCartsResponse answer;
  for (int i = 0; i < marked; ++i) answer.add_carts()->set_version(SwitchWatch::mark + 1);
  for (int i = 0; i < others; ++i) answer.add_carts()->set_version(1);
  return answer;
}

TEST(SwitchWatch, AcceptsOldListsAndThenNewOnes) {
  SwitchWatch watch(4);
  const auto before = steady_clock::now();
  watch.take(carts(4, 0), before);
  watch.take(carts(0, 4), before);
  watch.take(carts(4, 0), before);
  EXPECT_EQ(watch.found().of_the_old, 2U);
  EXPECT_EQ(watch.found().of_the_new, 1U);
  EXPECT_EQ(watch.found().mixed, 0U);
  EXPECT_EQ(watch.found().returned, 0U) << "it was asked before the switch was seen";
}

TEST(SwitchWatch, FindsListsOfTwoGenerationsAndListsThatLackCarts) {
  SwitchWatch watch(4);
  watch.take(carts(1, 3), steady_clock::now());
  watch.take(carts(3, 0), steady_clock::now());
  watch.take(carts(4, 1), steady_clock::now());
  EXPECT_EQ(watch.found().mixed, 3U);
}

TEST(SwitchWatch, FindsTheOldGenerationAfterTheNewOneWasSeen) {
  SwitchWatch watch(4);
  watch.take(carts(0, 4), steady_clock::now());
  const auto seen = steady_clock::now();
  while (steady_clock::now() == seen) std::this_thread::yield();
  watch.take(carts(4, 0), steady_clock::now());
  EXPECT_EQ(watch.found().returned, 1U);
}

TEST(Parts, AreToldInOrderWithTheirLengths) {
  Parts parts;
  parts.begin("one");
  EXPECT_EQ(parts.now(), 0U);
  parts.begin("two");
  EXPECT_EQ(parts.now(), 1U);
  EXPECT_FALSE(parts.over());
  parts.end();
  EXPECT_TRUE(parts.over());
  EXPECT_EQ(parts.names(), (std::vector<std::string>{"one", "two"}));
  EXPECT_GE(parts.seconds(0), 0);
  EXPECT_GE(parts.seconds(1), 0);
}

TEST(Parts, AreOnlySoMany) {
  Parts parts;
  for (std::size_t i = 0; i < Parts::most; ++i) parts.begin("part");
  EXPECT_THROW(parts.begin("one too many"), std::logic_error);
}

}  // namespace
}  // namespace keel::bench

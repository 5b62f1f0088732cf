#include <gtest/gtest.h>

#include "actors/round_pace.hpp"

namespace keel::actors {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr RoundPace::Instant start{std::chrono::hours(1)};

RoundPace after_a_round_of(std::size_t entries) {
  RoundPace pace(microseconds(1500));
  pace.begin(start);
  pace.stored(entries);
  return pace;
}

TEST(RoundPace, TheFirstRoundBeginsAtOnce) { EXPECT_LE(RoundPace(microseconds(1500)).wait(start), nanoseconds(0)); }

TEST(RoundPace, UnderLoadRoundsBeginAStrideApart) {
  const auto pace = after_a_round_of(RoundPace::few);
  EXPECT_EQ(pace.wait(start), microseconds(1500));
  EXPECT_EQ(pace.wait(start + microseconds(1000)), microseconds(500));
  EXPECT_LE(pace.wait(start + microseconds(1500)), nanoseconds(0));
}

TEST(RoundPace, WhoCallsAloneDoesNotWait) {
  EXPECT_LE(after_a_round_of(RoundPace::few - 1).wait(start), nanoseconds(0));
  EXPECT_LE(after_a_round_of(0).wait(start), nanoseconds(0));
}

TEST(RoundPace, AnAppendThatTookLongerThanTheStrideIsFollowedAtOnce) {
  EXPECT_LE(after_a_round_of(500).wait(start + microseconds(8000)), nanoseconds(0));
}

TEST(RoundPace, TheAppendsOfARoundCountTogetherAndThoseOfTheRoundBeforeDoNot) {
  auto pace = after_a_round_of(RoundPace::few - 1);
  pace.stored(1);
  EXPECT_GT(pace.wait(start), nanoseconds(0));
  pace.begin(start + microseconds(2000));
  EXPECT_LE(pace.wait(start + microseconds(2000)), nanoseconds(0));
}

}  // namespace
}  // namespace keel::actors

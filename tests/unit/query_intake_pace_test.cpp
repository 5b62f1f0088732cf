#include "query/intake_pace.hpp"

#include <gtest/gtest.h>

namespace keel::query {
namespace {

using namespace std::chrono_literals;

constexpr IntakePace::Instant start{std::chrono::hours(1)};
constexpr IntakePace::Rules rules{.gather = 4ms, .pause = 100ms};

TEST(IntakePace, TheFirstIsTakenInAtOnce) { EXPECT_EQ(IntakePace(rules).until(start), start); }

TEST(IntakePace, WhatFollowsCloselyIsGathered) {
  IntakePace pace(rules);
  pace.until(start);
  EXPECT_EQ(pace.until(start + 1ms), start + 5ms);
  EXPECT_EQ(pace.until(start + 99ms), start + 103ms);
}

TEST(IntakePace, WhatComesAfterAPauseIsTakenInAtOnce) {
  IntakePace pace(rules);
  pace.until(start);
  EXPECT_EQ(pace.until(start + 100ms), start + 100ms);
}

TEST(IntakePace, ThePauseCountsFromTheLastTransaction) {
  IntakePace pace(rules);
  pace.until(start);
  pace.until(start + 50ms);
  EXPECT_EQ(pace.until(start + 153ms), start + 157ms);
  EXPECT_EQ(pace.until(start + 257ms), start + 257ms);
}

}  // namespace
}  // namespace keel::query

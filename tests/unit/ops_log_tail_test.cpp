#include "ops/log_tail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keel::log {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LogTail, BeginsWithTheLatestLinesAndGoesOnFromThere) {
  Tail tail;
  for (const char* line : {"a", "b", "c"}) tail.add(Level::info, line);
  const auto first = tail.take(tail.place_before(2, Level::debug), Level::debug, 10);
  EXPECT_THAT(first.lines, ElementsAre("b", "c"));
  EXPECT_EQ(first.missed, 0u);
  EXPECT_THAT(tail.take(first.place, Level::debug, 10).lines, IsEmpty());
  tail.add(Level::info, "d");
  EXPECT_THAT(tail.take(first.place, Level::debug, 10).lines, ElementsAre("d"));
}

TEST(LogTail, GivesNoMoreThanTheLimitAtOnce) {
  Tail tail;
  for (const char* line : {"a", "b", "c"}) tail.add(Level::info, line);
  const auto first = tail.take(0, Level::debug, 2);
  EXPECT_THAT(first.lines, ElementsAre("a", "b"));
  EXPECT_THAT(tail.take(first.place, Level::debug, 2).lines, ElementsAre("c"));
}

TEST(LogTail, PassesOverLinesThatAreTooQuiet) {
  Tail tail;
  tail.add(Level::warn, "loud");
  tail.add(Level::debug, "quiet");
  tail.add(Level::info, "quiet");
  const auto first = tail.take(0, Level::warn, 10);
  EXPECT_THAT(first.lines, ElementsAre("loud"));
  tail.add(Level::debug, "quiet");
  tail.add(Level::error, "louder");
  const auto second = tail.take(first.place, Level::warn, 10);
  EXPECT_THAT(second.lines, ElementsAre("louder"));
  EXPECT_EQ(second.missed, 0u);
}

TEST(LogTail, CountsTheLinesThatASlowReaderMissed) {
  Tail tail({.lines = 2, .bytes = 1'000});
  tail.add(Level::warn, "a");
  const auto first = tail.take(0, Level::warn, 10);
  for (const char* line : {"b", "c", "d"}) {
    tail.add(Level::warn, line);
    tail.add(Level::debug, "quiet");
  }
  const auto second = tail.take(first.place, Level::warn, 10);
  EXPECT_THAT(second.lines, ElementsAre("d"));
  EXPECT_EQ(second.missed, 2u);
}

TEST(LogTail, CountsWhatWasMissedWhenNothingLoudEnoughIsLeft) {
  Tail tail({.lines = 1, .bytes = 1'000});
  tail.add(Level::error, "a");
  tail.add(Level::debug, "quiet");
  const auto taken = tail.take(0, Level::error, 10);
  EXPECT_THAT(taken.lines, IsEmpty());
  EXPECT_EQ(taken.missed, 1u);
  EXPECT_EQ(tail.take(taken.place, Level::error, 10).missed, 0u);
}

TEST(LogTail, KeepsNoMoreBytesThanItMay) {
  Tail tail({.lines = 100, .bytes = 10});
  tail.add(Level::info, "12345");
  tail.add(Level::info, "67890");
  tail.add(Level::info, "x");
  EXPECT_THAT(tail.take(0, Level::debug, 10).lines, ElementsAre("67890", "x"));
}

TEST(LogTail, BeginsWithWhatIsKeptWhenMoreIsWanted) {
  Tail tail({.lines = 2, .bytes = 1'000});
  for (const char* line : {"a", "b", "c"}) tail.add(Level::info, line);
  const auto taken = tail.take(tail.place_before(1'000, Level::debug), Level::debug, 10);
  EXPECT_THAT(taken.lines, ElementsAre("b", "c"));
  EXPECT_EQ(taken.missed, 0u);
}

}  // namespace
}  // namespace keel::log

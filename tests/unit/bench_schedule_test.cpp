#include "bench/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace keel::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

const steady_clock::time_point start{std::chrono::hours(1)};

std::vector<microseconds> first(int count, double rate, int threads, int thread) {
  std::vector<microseconds> due;
  Schedule schedule(start, rate, threads, thread);
  for (int i = 0; i < count; ++i, schedule.advance()) {
    due.push_back(std::chrono::round<microseconds>(schedule.next() - start));
  }
  return due;
}

TEST(Schedule, SpacesCallsEvenlyFromTheStart) {
  EXPECT_EQ(first(4, 1'000, 1, 0),
            (std::vector<microseconds>{milliseconds(0), milliseconds(1), milliseconds(2), milliseconds(3)}));
}

TEST(Schedule, SharesTheRateOutSoThatThreadsTakeTurns) {
  auto both = first(3, 1'000, 2, 0);
  const auto other = first(3, 1'000, 2, 1);
  both.insert(both.end(), other.begin(), other.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, first(6, 1'000, 1, 0));
}

TEST(Schedule, DoesNotDriftAtARateThatDividesBadly) {
  Schedule schedule(start, 3'000, 1, 0);
  for (int i = 0; i < 3'000 * 600; ++i) schedule.advance();
  EXPECT_EQ(std::chrono::round<microseconds>(schedule.next() - start), std::chrono::minutes(10));
}

TEST(Schedule, KeepsDueTimesWhateverHappensMeanwhile) {
  Schedule schedule(start, 10, 1, 0);
  const auto before = schedule.next();
  EXPECT_EQ(schedule.next(), before) << "a call that is late stays due at its own time";
}

}  // namespace
}  // namespace keel::bench

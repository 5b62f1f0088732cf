#include "journal/recent_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

namespace keel::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t all = std::numeric_limits<std::size_t>::max() / 2;
constexpr std::size_t kilobyte = 1024;

std::vector<StoredEvent> events(std::int32_t lane, std::int64_t from, std::int64_t to, std::size_t bytes = 1) {
  std::vector<StoredEvent> made;
  for (; from <= to; ++from) {
    made.push_back(std::make_shared<RecordedEvent>(
        RecordedEvent{Lane{lane}, Position{from}, {}, {"Cart", "a"}, {}, "type", std::string(bytes, 'p'), {}, {}}));
  }
  return made;
}

std::vector<std::int64_t> positions(const std::vector<StoredEvent>& found) {
  std::vector<std::int64_t> numbers;
  for (const auto& event : found) numbers.push_back(event->position.value);
  return numbers;
}

TEST(RecentEvents, GivesWhatFollowsAPosition) {
  RecentEvents recent(1);
  recent.add(events(0, 5, 8));
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{4}, all)), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{6}, all)), ElementsAre(7, 8));
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{4}, 2)), ElementsAre(5, 6));
}

TEST(RecentEvents, HasNothingOlderThanItsFirstAndNothingNewerThanItsLast) {
  RecentEvents recent(1);
  EXPECT_THAT(recent.after(Lane{0}, Position{0}, all), IsEmpty());
  recent.add(events(0, 5, 8));
  EXPECT_THAT(recent.after(Lane{0}, Position{3}, all), IsEmpty());
  EXPECT_THAT(recent.after(Lane{0}, Position{8}, all), IsEmpty());
  EXPECT_THAT(recent.after(Lane{0}, Position{9}, all), IsEmpty());
}

TEST(RecentEvents, KeepsLanesApart) {
  RecentEvents recent(2);
  recent.add(events(0, 1, 2));
  recent.add(events(1, 1, 3));
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{0}, all)), ElementsAre(1, 2));
  EXPECT_THAT(positions(recent.after(Lane{1}, Position{1}, all)), ElementsAre(2, 3));
}

TEST(RecentEvents, NeverShowsAHole) {
  RecentEvents recent(1);
  recent.add(events(0, 1, 3));
  recent.add(events(0, 6, 7));  // 4 and 5 were stored by a batch whose answer was lost
  EXPECT_THAT(recent.after(Lane{0}, Position{2}, all), IsEmpty());
  EXPECT_THAT(recent.after(Lane{0}, Position{4}, all), IsEmpty());
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{5}, all)), ElementsAre(6, 7));
}

TEST(RecentEvents, ForgetsTheOldestBeyondItsBytes) {
  RecentEvents recent(1, 10 * kilobyte);
  recent.add(events(0, 1, 100, kilobyte));
  const auto kept = recent.after(Lane{0}, Position{98}, all);
  EXPECT_THAT(positions(kept), ElementsAre(99, 100));
  EXPECT_THAT(recent.after(Lane{0}, Position{89}, all), IsEmpty());
}

TEST(RecentEvents, AnEventLargerThanItsBytesIsLeftToTheJournal) {
  RecentEvents recent(1, kilobyte);
  recent.add(events(0, 1, 1, 2 * kilobyte));
  EXPECT_THAT(recent.after(Lane{0}, Position{0}, all), IsEmpty());
  recent.add(events(0, 2, 2));
  EXPECT_THAT(positions(recent.after(Lane{0}, Position{1}, all)), ElementsAre(2));
}

}  // namespace
}  // namespace keel::journal

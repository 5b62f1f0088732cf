#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/lane_comparison.hpp"

namespace keel::replay {
namespace {

using query::ColumnType;
using query::Key;
using query::Row;

const query::Table table{
    "things", {{"id", ColumnType::text}, {"count", ColumnType::integer}, {"raw", ColumnType::bytes}}, 1};

Row row(const std::string& id, std::int64_t count, std::int64_t position = 1) {
  return {{id, count, query::Bytes{"\x01\xff"}}, Lane{0}, Position{position}};
}

std::vector<std::string> told(const RowsByKey& found, const RowsByKey& expected) {
  std::vector<std::string> lines;
  for (const auto& one : compare(table, Lane{3}, found, expected)) {
    lines.push_back(std::string(name_of(one.kind)) + " " + one.key + " " + one.column + " " + one.found + " " +
                    one.expected);
  }
  return lines;
}

TEST(Comparison, OfEqualRowsFindsNothing) {
  EXPECT_TRUE(told({{Key{"a"}, row("a", 1)}}, {{Key{"a"}, row("a", 1)}}).empty());
}

TEST(Comparison, NamesKeyColumnAndBothValues) {
  EXPECT_THAT(told({{Key{"a"}, row("a", 1)}}, {{Key{"a"}, row("a", 2, 7)}}),
              ::testing::ElementsAre("changed id=a count 1 2", "changed id=a position 1 7"));
}

TEST(Comparison, TellsAddedFromRemovedRows) {
  EXPECT_THAT(
      told({{Key{"a"}, row("a", 1)}, {Key{"b"}, row("b", 1)}}, {{Key{"b"}, row("b", 1)}, {Key{"c"}, row("c", 1)}}),
      ::testing::ElementsAre("added id=a   ", "removed id=c   "));
}

TEST(Comparison, ShowsValuesForPeople) {
  EXPECT_EQ(shown(query::Value()), "null");
  EXPECT_EQ(shown(query::Bytes{"\x01\xff"}), "\\x01ff");
  EXPECT_EQ(shown(Timestamp(std::chrono::microseconds(1'700'000'000'000'005))), "2023-11-14T22:13:20.000005Z");
}

TEST(RowChecksum, DoesNotCareForTheOrderOfRowsAndCaresForEveryColumn) {
  query::RowChecksum one;
  query::RowChecksum other;
  query::RowChecksum third;
  for (const auto& each : {row("a", 1), row("b", 2)}) add_to(one, table, each);
  for (const auto& each : {row("b", 2), row("a", 1)}) add_to(other, table, each);
  for (const auto& each : {row("b", 2), row("a", 1, 2)}) add_to(third, table, each);
  EXPECT_EQ(one, other);
  EXPECT_NE(one, third);
}

}  // namespace
}  // namespace keel::replay

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/lane_comparison.hpp"
#include "replay/lane_part.hpp"

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

TEST(RowChecksum, OfPartsAddsUpToThatOfTheWhole) {
  query::RowChecksum whole;
  query::RowChecksum one;
  query::RowChecksum other;
  for (const auto& each : {row("a", 1), row("b", 2), row("c", 3)}) add_to(whole, table, each);
  for (const auto& each : {row("a", 1), row("c", 3)}) add_to(one, table, each);
  add_to(other, table, row("b", 2));
  other += one;
  EXPECT_EQ(other, whole);
}

TEST(KeepFirst, LeavesTheFirstByLaneTableAndKey) {
  std::vector<Difference> differences;
  for (const auto& [lane, key] : {std::pair{2, "a"}, std::pair{1, "b"}, std::pair{1, "a"}}) {
    differences.push_back({Difference::Kind::added, "things", Lane{lane}, key, "", "", ""});
  }
  keep_first(differences, 2);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].lane.value, 1);
  EXPECT_EQ(differences[0].key, "a");
  EXPECT_EQ(differences[1].key, "b");
}

TEST(LanePart, HoldsEachAggregateInOneOfItsHalvesAndInNoOtherPart) {
  const LanePart whole;
  const auto [one, other] = whole.halves();
  const auto [first, second] = one.halves();
  int in_one = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto id = "cart-" + std::to_string(i);
    EXPECT_TRUE(whole.holds(id));
    EXPECT_NE(one.holds(id), other.holds(id));
    EXPECT_EQ(one.holds(id), first.holds(id) != second.holds(id));
    EXPECT_EQ(one.holds(row(id, 1)), one.holds(id)) << "events and rows of an aggregate are in the same part";
    in_one += one.holds(id) ? 1 : 0;
  }
  EXPECT_GT(in_one, 400);
  EXPECT_LT(in_one, 600);
}

}  // namespace
}  // namespace keel::replay

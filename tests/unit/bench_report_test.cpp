#include "bench/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/contest.hpp"

namespace keel::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Finding some_finding() {
  Finding finding;
  finding.scenario = "command";
  finding.rows.push_back({"echo", Part::reference, {{"per second", "/s", {70'000, 80'000, 75'000}}}, {}});
  finding.rows.push_back(
      {"commands", Part::subject, {{"per second", "/s", {30'000}}, {"p99", "ms", {9.25}}}, {{"14 gone", 3}}});
  finding.ratios["to the echo"] = 0.4;
  finding.notes.emplace_back("Somebody watched.");
  return finding;
}

Outcome answered(std::uint64_t count, std::int64_t microseconds) {
  Outcome outcome;
  outcome.seconds = 2;
  outcome.answered = count;
  for (std::uint64_t i = 0; i < count; ++i) outcome.latency.record(microseconds);
  outcome.cpu_seconds["server"] = 1;
  return outcome;
}

TEST(Readable, KeepsThreeDigitsThatCountAndSetsThousandsApart) {
  EXPECT_EQ(readable(0.0), "0");
  EXPECT_EQ(readable(0.4), "0.40");
  EXPECT_EQ(readable(12.34), "12.3");
  EXPECT_EQ(readable(999.0), "999");
  EXPECT_EQ(readable(1'234'567.0), "1,234,567");
  EXPECT_EQ(readable(-1'234.0), "-1,234");
}

TEST(Readable, LeavesCountsWhole) {
  EXPECT_EQ(readable(0), "0");
  EXPECT_EQ(readable(4), "4");
  EXPECT_EQ(readable(1'234'567), "1,234,567");
  EXPECT_EQ(readable(-1'234), "-1,234");
}

TEST(Table, ShowsMediansWithLeastAndMostOfTheFirstFigure) {
  const std::string table = table_of(some_finding());
  EXPECT_THAT(table, HasSubstr("75,000"));
  EXPECT_THAT(table, HasSubstr("70,000..80,000"));
  EXPECT_THAT(table, HasSubstr("9.25"));
  EXPECT_THAT(table, HasSubstr("ratio to the echo = 0.40"));
  EXPECT_THAT(table, HasSubstr("Somebody watched."));
}

TEST(Table, TellsFailuresBesideTheRowThatHadThem) {
  EXPECT_THAT(table_of(some_finding()), HasSubstr("commands: failed 3 times with 14 gone"));
}

TEST(Table, SaysWhatWasPromisedAndNotKept) {
  auto finding = some_finding();
  EXPECT_THAT(table_of(finding), Not(HasSubstr("BROKEN")));
  EXPECT_TRUE(json_of(finding)["broken"].empty());
  finding.broken.emplace_back("3 queries failed");
  EXPECT_THAT(table_of(finding), HasSubstr("BROKEN: 3 queries failed"));
  EXPECT_EQ(json_of(finding)["broken"][0], "3 queries failed");
}

TEST(Table, HasColumnsThatStandUnderOneAnother) {
  std::istringstream lines(table_of(some_finding()));
  std::string head;
  std::string row;
  std::getline(lines, head);
  std::getline(lines, row);
  EXPECT_EQ(head.find("per second") + std::string("per second").size(),
            row.find("75,000") + std::string("75,000").size());
}

TEST(Json, HasEveryRepetitionAndSaysWhatIsAReference) {
  const auto document = json_of(some_finding());
  EXPECT_EQ(document["rows"][0]["reference"], true);
  EXPECT_EQ(document["rows"][1]["reference"], false);
  const auto& figure = document["rows"][0]["figures"]["per second"];
  EXPECT_EQ(figure["values"].size(), 3U);
  EXPECT_EQ(figure["median"], 75'000);
  EXPECT_EQ(figure["least"], 70'000);
  EXPECT_EQ(figure["most"], 80'000);
  EXPECT_EQ(document["rows"][1]["failed"]["14 gone"], 3);
  EXPECT_EQ(document["ratios"]["to the echo"], 0.4);
}

TEST(Contest, RunsContendersThereAndBackAndKeepsEachRepetition) {
  std::string order;
  const Contender a{"a", Part::reference, [&] { return order += 'a', answered(100, 1'000); }};
  const Contender b{"b", Part::subject, [&] { return order += 'b', answered(200, 5'000); }};
  const auto measured = contest({a, b}, 3);
  EXPECT_EQ(order, "abbaab");
  EXPECT_EQ(measured[1].row.figures.front().values, (std::vector<double>{100, 100, 100}));
  EXPECT_NEAR(median_figure(measured[1].row, "p99"), 5, 0.1);
  EXPECT_NEAR(median_figure(measured[1].row, "CPU server"), 5'000, 1) << "microseconds a call";
  EXPECT_EQ(median_figure(measured[1].row, "no such figure"), 0);
}

TEST(Contest, SumsFailuresOverTheRepetitions) {
  const Contender failing{"f", Part::subject, [] {
                            Outcome outcome = answered(0, 0);
                            outcome.failed["14 gone"] = 2;
                            return outcome;
                          }};
  EXPECT_EQ(contest({failing}, 2).front().row.failed.at("14 gone"), 4U);
}

}  // namespace
}  // namespace keel::bench

#include "bench/picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/svg.hpp"

namespace keel::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Finding some_finding() {
  Finding finding;
  finding.scenario = "query";
  finding.rows.push_back({"echo", Part::reference, {{"per second", "/s", {80'000}}}, {}});
  finding.rows.push_back({"hot reads", Part::subject, {{"per second", "/s", {50'000, 60'000}}}, {}});
  finding.rows.push_back({"to drain", Part::subject, {{"took", "s", {3}}}, {}});
  finding.chart = {"latency", "percentile", "ms", true, {{1, "90"}}, {}};
  finding.chart.curves.push_back({"hot reads", Part::subject, {{0.3, 1.5}, {2, 12}}});
  return finding;
}

TEST(Picture, HasABarForEveryRowOfTheFirstRowsUnit) {
  const std::string svg = picture_of(some_finding());
  EXPECT_THAT(svg, HasSubstr(">echo<"));
  EXPECT_THAT(svg, HasSubstr(">80,000 /s<"));
  EXPECT_THAT(svg, HasSubstr(">55,000 /s<"));
  EXPECT_THAT(svg, Not(HasSubstr("to drain")));
  EXPECT_EQ(count_of(svg, "<rect"), 3U) << "the ground and two bars";
}

TEST(Picture, DrawsEveryCurveWithItsName) {
  const std::string svg = picture_of(some_finding());
  EXPECT_EQ(count_of(svg, "<polyline"), 1U);
  EXPECT_EQ(count_of(svg, ">hot reads<"), 2U) << "beside its bar and in the legend";
}

TEST(Picture, IsThereForAFindingOfNothing) { EXPECT_THAT(picture_of({}), HasSubstr("</svg>")); }

TEST(Picture, SurvivesACurveOfOnePointAndZeros) {
  Finding finding;
  finding.chart.logarithmic = true;
  finding.chart.curves.push_back({"flat", Part::subject, {{1, 0}}});
  const std::string svg = picture_of(finding);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(Svg, EscapesWhatXmlWouldMisread) {
  Svg svg(10, 10);
  svg.text(0, 0, "a < b & \"c\"");
  EXPECT_THAT(svg.document(), HasSubstr("a &lt; b &amp; &quot;c&quot;"));
}

}  // namespace
}  // namespace keel::bench

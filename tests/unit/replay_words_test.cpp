#include "app/replay/words.hpp"

#include <gtest/gtest.h>

#include "app/replay/journal_progress.hpp"

namespace keel::app {
namespace {

using namespace std::chrono_literals;

const Timestamp moment = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + 22h + 51min + 31s;

TEST(UtcText, IsRfc3339) {
  EXPECT_EQ(utc_text(moment), "2026-11-20T22:51:31Z");
  EXPECT_EQ(utc_text(moment + 42us), "2026-11-20T22:51:31.000042Z");
  EXPECT_EQ(utc_text(Timestamp(-1us)), "1969-12-31T23:59:59.999999Z");
}

TEST(ParseUtc, ReadsWhatUtcTextWrites) {
  for (const auto one : {moment, moment + 42us, moment + 500ms, Timestamp{}}) EXPECT_EQ(parse_utc(utc_text(one)), one);
}

TEST(ParseUtc, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_utc("2026-11-20"), moment - 22h - 51min - 31s);
  EXPECT_EQ(parse_utc("2026-11-20 22:51"), moment - 31s);
  EXPECT_EQ(parse_utc("2026-11-20T22:51:31.5Z"), moment + 500ms);
}

TEST(ParseUtc, RefusesTheRest) {
  for (const char* text :
       {"", "yesterday", "2026-13-01", "2026-02-30", "2026-11-20T", "2026-11-20T25:00", "2026-11-20T10",
        "2026-11-20T22:51:31+01:00", "2026-11-20T22:51:31.Z", "2026-11-20T22:51:31.1234567Z"}) {
    EXPECT_FALSE(parse_utc(text)) << text;
  }
}

TEST(DurationText, TellsTheTwoLargestUnits) {
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(duration_text(59s), "59s");
  EXPECT_EQ(duration_text(12min + 5s), "12m 5s");
  EXPECT_EQ(duration_text(3h + 59min + 59s), "3h 59m");
  EXPECT_EQ(duration_text(76h), "3d 4h");
}

TEST(ProgressLine, TellsShareRateAndTimeLeft) {
  replay::Tally tally;
  tally.target = 18'204'331;
  tally.events = 6'771'200;
  tally.findings = 2;
  EXPECT_EQ(progress_line("check", tally, 149.5s, moment),
            "2026-11-20T22:51:31Z check 37.2% 6771200/18204331 45.3k ev/s eta 4m12s findings=2");
  replay::Tally fresh;
  EXPECT_EQ(progress_line("check", fresh, 0s, moment), "2026-11-20T22:51:31Z check 0.0% 0/0 0 ev/s eta ? findings=0");
}

}  // namespace
}  // namespace keel::app

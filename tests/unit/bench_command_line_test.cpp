#include "bench/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "bench/bench.hpp"

namespace keel::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

struct Said {
  Asked asked;
  std::string out;
  std::string err;
};

Said say(std::vector<const char*> words) {
  words.insert(words.begin(), "bench");
  CaptureStdout();
  CaptureStderr();
  Said said;
  said.asked = parse(static_cast<int>(words.size()), words.data());
  said.out = GetCapturedStdout();
  said.err = GetCapturedStderr();
  return said;
}

TEST(CommandLine, KnowsAScenarioWithItsSetup) {
  const auto said = say({"command", "--command", "h:1", "--raw-dsn", "dbname=raw", "--seconds", "1.5", "--rate",
                         "5,7.5", "--process", "server=12,13"});
  EXPECT_EQ(said.asked.what, "command") << said.err;
  EXPECT_EQ(said.asked.setup.command_address, "h:1");
  EXPECT_EQ(said.asked.setup.raw_dsn, "dbname=raw");
  EXPECT_EQ(said.asked.setup.measured, std::chrono::milliseconds(1'500));
  EXPECT_THAT(said.asked.setup.rates, ElementsAre(5, 7.5));
  EXPECT_THAT(said.asked.setup.processes.at("server"), ElementsAre(12, 13));
}

TEST(CommandLine, GivesEachScenarioDefaultsOfItsOwn) {
  EXPECT_EQ(say({"stream", "--raw-dsn", "x"}).asked.setup.in_flight, 1'024);
  EXPECT_EQ(say({"command", "--raw-dsn", "x"}).asked.setup.in_flight, 256);
}

TEST(CommandLine, KnowsTheLoadBesideARebuild) {
  const auto usual = say({"rebuild-live", "--journal-dsn", "x", "--read-dsn", "y"});
  EXPECT_EQ(usual.asked.setup.commands_per_second, 2'000) << usual.err;
  EXPECT_EQ(usual.asked.setup.queries_per_second, 1'000);
  EXPECT_EQ(usual.asked.setup.events, 5'000'000);
  EXPECT_EQ(usual.asked.setup.aggregates, 200'000);
  const auto said = say({"rebuild-live", "--journal-dsn", "x", "--read-dsn", "y", "--commands-per-second", "50",
                         "--queries-per-second", "20.5"});
  EXPECT_EQ(said.asked.setup.commands_per_second, 50) << said.err;
  EXPECT_EQ(said.asked.setup.queries_per_second, 20.5);
  EXPECT_EQ(say({"rebuild-live", "--journal-dsn", "x", "--read-dsn", "y", "--queries-per-second", "0"}).asked.exit_code,
            2);
}

TEST(CommandLine, AnswersHelpWithEveryScenarioAndSucceeds) {
  const auto said = say({"--help"});
  EXPECT_EQ(said.asked.what, "");
  EXPECT_EQ(said.asked.exit_code, 0);
  for (const char* scenario : {"echo", "command", "hot", "stream", "neighbours", "query", "lag", "recovery", "flat",
                               "idle", "mixed", "watchers", "rebuild-live"}) {
    EXPECT_THAT(said.out, HasSubstr(scenario));
  }
}

class BadUsage : public testing::TestWithParam<std::vector<const char*>> {};

TEST_P(BadUsage, IsRefusedWithExitCodeTwoAndAWordOnStandardError) {
  const auto said = say(GetParam());
  EXPECT_EQ(said.asked.what, "");
  EXPECT_EQ(said.asked.exit_code, 2);
  EXPECT_NE(said.err, "");
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, BadUsage,
    testing::Values(std::vector<const char*>{}, std::vector<const char*>{"walk"},
                    std::vector<const char*>{"command"},  // without a journal for raw appends
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--seconds", "0"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--seconds", "soon"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--repetitions", "-1"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--rate", "0"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--process", "server"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--process", "server=1,me"},
                    std::vector<const char*>{"command", "--raw-dsn", "x", "--aggregates", "1"},
                    std::vector<const char*>{"idle", "--aggregates", "0"},
                    std::vector<const char*>{"flat", "--raw-dsn", "x"}, std::vector<const char*>{"echo-server"}));

TEST(CommandLine, NamesAProcessGroupThatIsWrong) {
  for (const char* group : {"", "=", "server", "server=", "=12", "server=0", "server=-1", "server=12,x"}) {
    EXPECT_THROW(parse_processes({group}), std::invalid_argument) << group;
  }
}

TEST(Bench, FailsWithAWordWhenAScenarioCannotBeMeasured) {
  CaptureStderr();
  const std::vector<const char*> words{"bench", "idle", "--aggregates", "1"};
  EXPECT_EQ(run(static_cast<int>(words.size()), words.data()), 1);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("idle needs --process server=PID"));
}

TEST(Bench, EndsWithTwoWhenItIsAskedWrongly) {
  CaptureStderr();
  const std::vector<const char*> words{"bench", "walk"};
  EXPECT_EQ(run(static_cast<int>(words.size()), words.data()), 2);
  EXPECT_NE(GetCapturedStderr(), "");
}

}  // namespace
}  // namespace keel::bench

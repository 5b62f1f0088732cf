// What a process says when it cannot start, and that it starts by itself once it can.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using ::testing::HasSubstr;

class StartupTest : public ::testing::Test {
 protected:
  std::string readiness(const std::string& role) { return http_get(system_.status_port(role), "/readyz").body; }

  /// Starts the role and waits until it says this in /readyz.
  void expect_waiting(const std::string& role, const std::string& words,
                      const std::map<std::string, std::string>& environment = {}) {
    system_.launch(role, environment);
    EXPECT_TRUE(eventually([&] { return readiness(role).find(words) != std::string::npos; }, std::chrono::seconds(15)))
        << "/readyz: " << readiness(role) << "\n"
        << system_.log_of(role);
    EXPECT_TRUE(system_.process(role).running());
  }

  KeelSystem system_;
};

TEST_F(StartupTest, AWrongConfigurationEndsWithCode2AndASuggestion) {
  const auto ran = system_.run({"command"}, {{"KEEL_KAFKA__BROKER", "x:1"}});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.output, HasSubstr("did you mean 'kafka.brokers'?"));
  EXPECT_EQ(system_.run({"projector", "--projector.lanes", "some"}).code, 2);
  EXPECT_EQ(system_.run({"projector", "--projector.projections", "nonsense"}).code, 2);
  EXPECT_EQ(system_.run({"nonsense"}).code, 2);
  EXPECT_EQ(system_.run({}).code, 2);
}

TEST_F(StartupTest, PrintsEverySettingWithItsSourceAndNoSecret) {
  const auto ran = system_.run({"query", "--print-config", "--query.sessions", "3"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.output, HasSubstr("query.sessions = 3    # flag --query.sessions"));
  EXPECT_THAT(ran.output, HasSubstr("read.dsn = ******    # environment KEEL_READ__DSN"));
  EXPECT_EQ(system_.run({"--help"}).code, 0);
  EXPECT_EQ(system_.run({"command", "--help"}).code, 0);
  EXPECT_THAT(system_.run({"version"}).output, HasSubstr("contexts cart inventory purchase"));
}

TEST_F(StartupTest, ADatabaseThatCannotBeReachedIsNamedAndTriedAgainUntilItCan) {
  system_.cluster().stop_fast();
  expect_waiting("command", system_.cluster().socket_folder());
  expect_waiting("query", system_.cluster().socket_folder());
  system_.cluster().start();
  EXPECT_TRUE(system_.await_ready("command")) << system_.log_of("command");
  EXPECT_TRUE(system_.await_ready("query")) << readiness("query") << system_.log_of("query");
  EXPECT_EQ(system_.stop("command"), 0);
  EXPECT_EQ(system_.stop("query"), 0);
}

TEST_F(StartupTest, ASchemaThatIsTooOldOrTooNewIsNamed) {
  const auto newest = system_.journal().value("SELECT max(version) FROM schema_migrations");
  system_.journal().run("DELETE FROM schema_migrations WHERE version = '" + newest + "'");
  expect_waiting("command", "keel migrate");
  system_.journal().run("INSERT INTO schema_migrations VALUES ('" + newest + "')");
  EXPECT_TRUE(system_.await_ready("command")) << system_.log_of("command");

  system_.read_store().run("INSERT INTO read_schema_migrations VALUES ('9999')");
  expect_waiting("query", "9999");
  EXPECT_NE(system_.run({"migrate"}).code, 0);
}

TEST_F(StartupTest, AnAddressThatIsTakenIsNamed) {
  system_.start("query");
  const std::string taken = "127.0.0.1:" + std::to_string(system_.status_port("query"));
  const auto ran = system_.run({"projector"}, {{"KEEL_PROJECTOR__STATUS_LISTEN", taken}});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr(taken));
}

TEST_F(StartupTest, ABrokerThatIsNotThereNeverStopsCommands) {
  system_.kill("broker");
  system_.launch("command");
  EXPECT_TRUE(system_.await_ready("command")) << system_.log_of("command");
  EXPECT_EQ(system_.stop("command"), 0);
}

TEST_F(StartupTest, AnotherLaneCountIsRefused) {
  expect_waiting("command", "lane", {{"KEEL_JOURNAL__LANE_COUNT", "8"}});
  EXPECT_NE(system_.run({"migrate"}, {{"KEEL_JOURNAL__LANE_COUNT", "8"}}).code, 0);
}

TEST_F(StartupTest, JournalStatsCountsWhatIsThere) {
  const auto ran = system_.run({"replay", "journal", "stats"});
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("16 lanes a context"));
}

TEST_F(StartupTest, AJournalIsAdoptedAndElsewhereLookedInto) {
  EXPECT_EQ(system_.run({"journal", "adopt"}).code, 0);
  for (const auto* word : {"stats", "check", "show"}) {
    const auto ran = system_.run({"journal", word});
    EXPECT_EQ(ran.code, 2) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("keel replay journal stats|check|show"));
  }
}

}  // namespace
}  // namespace keel::test

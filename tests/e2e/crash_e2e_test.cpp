// Acceptance: kill -9 of the command process, again and again, under load and at every step of a command's way.

#include <gtest/gtest.h>
#include <signal.h>

#include <iostream>
#include <optional>

#include "journal/postgres_options.hpp"
#include "support/cart_crowd.hpp"
#include "support/journal_audit.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using std::chrono::seconds;

constexpr int customers = 128;
constexpr int enough_in_flight = 100;

int kills_wanted() {
  const char* wanted = std::getenv("KEEL_TEST_KILLS");
  return wanted == nullptr ? 50 : std::atoi(wanted);
}

/// Where the next command process shall die: nothing = wherever it is when the signal comes.
struct Death {
  std::string crash_at;
  bool in_statement = false;
};

const std::vector<Death>& deaths() {
  static const std::vector<Death> all = {{"", false},
                                         {"before_append:30", false},
                                         {"after_append:30", false},
                                         {"before_reply:700", false},
                                         {"after_reply:700", false},
                                         {"before_publish:20", false},
                                         {"after_produce:200", false},
                                         {"", true}};
  return all;
}

class CrashTest : public ::testing::Test {
 protected:
  void start_command(const std::string& crash_at = "") {
    std::map<std::string, std::string> environment{{"KEEL_FAULTS", "true"}};
    if (!crash_at.empty()) environment["KEEL_CRASH_AT"] = crash_at;
    system_.launch("command", environment);
  }

  bool under_load(const CartCrowd& crowd, std::size_t acknowledged_before) {
    return eventually([&] {
      return crowd.in_flight() >= enough_in_flight && crowd.acknowledged_count() > acknowledged_before + 300;
    });
  }

  /// A rival holds the lanes' rows, so that the append waits inside its statement; then the process dies, then the
  /// rival lets go, and the statement of the dead may still commit.
  void kill_in_the_statement() {
    auto rival = journal::open_session(system_.journal().options());
    ASSERT_TRUE(rival) << rival.fault().what;
    (*rival)->script("BEGIN; SELECT 1 FROM lanes WHERE context = 'cart' FOR UPDATE");
    ASSERT_TRUE(eventually([&] {
      return system_.journal().value(
                 "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'keel writer%' "
                 "AND wait_event_type = 'Lock'") != "0";
    })) << "the writer never came to the rival's lock";
    system_.kill("command");
    (*rival)->script("COMMIT");
  }

  KeelSystem system_;
};

TEST_F(CrashTest, NothingAcknowledgedIsLostOrDoubledWhereverTheCommandProcessDies) {
  system_.start("projector");
  system_.start("query");
  start_command();
  ASSERT_TRUE(system_.await_ready("command")) << system_.log_of("command");
  CartCrowd crowd([this] { return system_.channel("command"); }, customers, 500);

  const int kills = kills_wanted();
  for (int kill = 0; kill < kills; ++kill) {
    const Death& death = deaths()[static_cast<std::size_t>(kill) % deaths().size()];
    const std::size_t before = crowd.acknowledged_count();
    if (death.crash_at.empty()) {
      ASSERT_TRUE(under_load(crowd, before)) << "kill " << kill << "\n" << system_.log_of("command");
      if (death.in_statement) {
        ASSERT_NO_FATAL_FAILURE(kill_in_the_statement());
      } else {
        system_.kill("command");
      }
    }
    const auto ended = system_.process("command").wait(seconds(30));
    ASSERT_EQ(ended, 128 + SIGKILL) << "kill " << kill << " at " << death.crash_at << "\n" << system_.log_of("command");
    start_command(deaths()[static_cast<std::size_t>(kill + 1) % deaths().size()].crash_at);
    if (kill + 1 == kills) {
      system_.kill("command");
      start_command();
    }
  }
  ASSERT_TRUE(system_.await_ready("command")) << system_.log_of("command");
  const auto acknowledged = crowd.finish();
  std::cout << kills << " kills, " << acknowledged.size() << " commands acknowledged\n";

  EXPECT_EQ(crowd.complaints(), std::vector<std::string>{});
  EXPECT_EQ(holes(system_.journal()), std::vector<std::string>{});
  EXPECT_EQ(lost_or_doubled(system_.journal(), acknowledged), std::vector<std::string>{});
  EXPECT_EQ(unlike_the_first_reply(acknowledged, 300, system_.channel("command")), std::vector<std::string>{});
  EXPECT_EQ(unlike_the_fold(system_.journal(), system_.channel("query")), std::vector<std::string>{});
  EXPECT_EQ(system_.stop("command"), 0);
}

TEST_F(CrashTest, ReadModelsEqualTheFoldAfterProjectorBrokerAndServerDied) {
  for (const char* role : {"command", "projector", "query"}) system_.start(role);
  CartCrowd crowd([this] { return system_.channel("command"); }, customers, 300);
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(under_load(crowd, crowd.acknowledged_count())) << system_.log_of("command");
    system_.kill("projector");
    system_.launch("projector",
                   {{"KEEL_FAULTS", "true"},
                    {"KEEL_CRASH_AT", round % 2 == 0 ? "projector_before_commit:5" : "projector_after_commit:5"}});
    ASSERT_EQ(system_.process("projector").wait(seconds(30)), 128 + SIGKILL) << system_.log_of("projector");
    system_.launch("projector");
    system_.kill("broker");
    system_.launch("broker");
    ASSERT_TRUE(under_load(crowd, crowd.acknowledged_count())) << system_.log_of("command");
  }
  system_.cluster().stop_immediately();
  system_.cluster().start();
  ASSERT_TRUE(system_.await_ready("command", seconds(60))) << system_.log_of("command");
  ASSERT_TRUE(under_load(crowd, crowd.acknowledged_count())) << system_.log_of("command");
  const auto acknowledged = crowd.finish();

  EXPECT_EQ(crowd.complaints(), std::vector<std::string>{});
  EXPECT_EQ(holes(system_.journal()), std::vector<std::string>{});
  EXPECT_EQ(lost_or_doubled(system_.journal(), acknowledged), std::vector<std::string>{});
  EXPECT_EQ(unlike_the_fold(system_.journal(), system_.channel("query")), std::vector<std::string>{});
}

TEST_F(CrashTest, AStopUnderLoadEndsCleanlyAndLosesNothing) {
  system_.start("command");
  CartCrowd crowd([this] { return system_.channel("command"); }, customers, 100);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(under_load(crowd, crowd.acknowledged_count())) << system_.log_of("command");
    EXPECT_EQ(system_.stop("command", seconds(10)), 0) << system_.log_of("command");
    system_.start("command");
  }
  const auto acknowledged = crowd.finish();
  EXPECT_EQ(crowd.complaints(), std::vector<std::string>{});
  EXPECT_EQ(lost_or_doubled(system_.journal(), acknowledged), std::vector<std::string>{});
  EXPECT_EQ(holes(system_.journal()), std::vector<std::string>{});
}

}  // namespace
}  // namespace keel::test

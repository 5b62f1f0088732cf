// Every exit code and every refusal of `keel replay`, as an operator meets them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "journal/postgres_journal.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// One system for all of them: none of these changes what another one looks at, or it drops what it made.
class ReplayCodesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = new KeelSystem();
    history_ = new History(*journal::PostgresJournal::open(system_->journal().options()), {"cart"});
    for (int i = 0; i < 60; ++i) {
      const auto id = "cart-" + std::to_string(i % 20);
      history_->does<cart::Cart>(id, add_item(id, "line-" + std::to_string(i)));
    }
    system_->start("projector");
    ASSERT_TRUE(eventually([] { return folded() == "60"; }));
  }
  static void TearDownTestSuite() {
    delete history_;
    delete system_;
  }
  void TearDown() override {
    for (const auto& row : system_->read_store().rows(
             "SELECT g.generation FROM generations g JOIN projections p USING (projection)"
             " WHERE g.projection = 'carts' AND g.generation <> p.live AND state <> 'dropped'")) {
      replay({"drop", "carts", "--generation", row.front(), "--yes"});
    }
  }

  static std::string folded() {
    return system_->read_store().value("SELECT sum(position) FROM checkpoints WHERE projection = 'carts'");
  }
  static KeelSystem::Ran replay(std::vector<std::string> arguments,
                                const std::map<std::string, std::string>& environment = {}) {
    arguments.insert(arguments.begin(), "replay");
    return system_->run(arguments, environment);
  }
  static void expect(const KeelSystem::Ran& ran, int code, const std::string& told = "") {
    EXPECT_EQ(ran.code, code) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(told));
  }

  static KeelSystem* system_;
  static History* history_;
};
KeelSystem* ReplayCodesTest::system_ = nullptr;
History* ReplayCodesTest::history_ = nullptr;

TEST_F(ReplayCodesTest, EveryCommandHasHelp) {
  for (const auto* command : {"list", "describe", "rebuild", "resume", "status", "cancel", "verify", "promote",
                              "rollback", "drop", "pause", "unpause", "completion", "man"}) {
    expect(replay({command, "--help"}), 0, "--output");
  }
  expect(replay({"--help"}), 0, "rebuild");
}

TEST_F(ReplayCodesTest, ZeroForWhatWentWell) {
  expect(replay({"list"}), 0, "carts");
  expect(replay({"describe", "carts"}), 0, "live");
  expect(replay({"describe", "carts", "--lanes", "-o", "csv"}), 0, "generation,context,lane,position");
  expect(replay({"status", "-o", "json"}), 0, "[");
  expect(replay({"verify", "carts"}), 0, "0 differences in 20 rows");
  expect(replay({"man"}), 0, ".SH EXIT STATUS");
  expect(replay({"completion", "bash"}), 0, "complete -F _keel_replay keel");
}

TEST_F(ReplayCodesTest, TwoForBadUsage) {
  expect(replay({}), 2);
  expect(replay({"rebuild"}), 2);
  expect(replay({"rebuild", "carts", "--rate", "fast", "--yes"}), 2, "--rate must be a whole number");
  expect(replay({"list", "-o", "xml"}), 2, "--output must be");
  expect(replay({"list", "--no-such-flag"}), 2);
  expect(replay({"resume", "first", "--yes"}), 2, "no operation's number");
  expect(replay({"promote", "carts", "--force", "--yes"}), 2, "--reason");
}

TEST_F(ReplayCodesTest, TwoWhereNobodyCanBeAskedAndNobodySaidYes) {
  expect(replay({"rebuild", "carts"}), 2, "--yes");
  expect(replay({"rebuild", "carts", "-o", "json"}), 2, "--yes");
  expect(replay({"pause", "carts"}), 2, "--yes");
  EXPECT_EQ(system_->read_store().value("SELECT count(*) FROM generations WHERE state = 'filling'"), "0");
}

TEST_F(ReplayCodesTest, ADryRunShowsThePlanAndChangesNothing) {
  const auto before = system_->read_store().value("SELECT count(*) FROM generations");
  expect(replay({"rebuild", "carts", "--dry-run"}), 0, "Nothing was changed");
  expect(replay({"rebuild", "carts", "--dry-run", "-o", "json"}), 0, "\"target_tables\"");
  expect(replay({"pause", "carts", "--dry-run"}), 0, "Nothing was changed");
  EXPECT_EQ(system_->read_store().value("SELECT count(*) FROM generations"), before);
  EXPECT_EQ(system_->read_store().value("SELECT paused FROM projections WHERE projection = 'carts'"), "f");
}

TEST_F(ReplayCodesTest, ThreeForWhatIsNotThere) {
  expect(replay({"verify", "cats"}), 3, "there are carts, stock, purchases");
  expect(replay({"verify", "carts", "--generation", "99"}), 3);
  expect(replay({"promote", "carts", "--yes"}), 3, "rebuild carts first");
  expect(replay({"resume", "99", "--yes"}), 3);
  expect(replay({"cancel", "99", "--yes"}), 3);
}

TEST_F(ReplayCodesTest, FourForARoleThatMayNot) {
  system_->read_store().run("DROP ROLE IF EXISTS only_queries; CREATE ROLE only_queries LOGIN IN ROLE keel_query");
  expect(replay({"list"}, {{"KEEL_READ__DSN", system_->read_store().dsn + " user=only_queries"}}), 4, "denied");
}

TEST_F(ReplayCodesTest, FiveWhereSomebodyElseIsAtIt) {
  auto rival = journal::open_session(system_->read_store().options());
  ASSERT_TRUE(rival);
  (*rival)->script("SELECT pg_advisory_lock(5426002, hashtext('carts'))");
  expect(replay({"rebuild", "carts", "--yes"}), 5, "works at 'carts' now");
  expect(replay({"promote", "carts", "--yes"}), 5);
  expect(replay({"drop", "carts", "--generation", "1", "--yes"}), 5);
}

TEST_F(ReplayCodesTest, FiveWhereTheStateDoesNotAllowIt) {
  expect(replay({"rollback", "carts", "--yes"}), 5, "no generation to go back to");
  expect(replay({"drop", "carts", "--generation", "1", "--yes"}), 5, "is live");
  expect(replay({"rebuild", "carts", "--yes"}), 0, "done");
  expect(replay({"rebuild", "carts", "--yes"}), 5, "waits for its promotion");
  expect(replay({"promote", "carts", "--yes"}), 5, "was not verified since its rebuild");
  const auto operation = system_->read_store().value("SELECT max(operation) FROM operations");
  expect(replay({"resume", operation, "--yes"}), 5, "is done");
  expect(replay({"cancel", operation, "--yes"}), 5, "does not run");
}

TEST_F(ReplayCodesTest, SixForDifferencesWithKeyAndColumn) {
  system_->read_store().run("UPDATE carts_g1 SET unit_count = 77 WHERE cart_id = 'cart-5'");
  const auto found = replay({"verify", "carts", "-o", "jsonl"});
  expect(found, 6, R"("key":"cart_id=cart-5","column":"unit_count","found":"77","expected":"6")");
  system_->read_store().run("UPDATE carts_g1 SET unit_count = 6 WHERE cart_id = 'cart-5'");
  expect(replay({"verify", "carts"}), 0, "0 differences");
}

TEST_F(ReplayCodesTest, EightWhereADatabaseCannotBeReached) {
  expect(replay({"list"}, {{"KEEL_READ__DSN", "host=/nowhere dbname=none"}}), 8, "cannot be reached");
  expect(replay({"verify", "carts"}, {{"KEEL_JOURNAL__DSN", "host=/nowhere dbname=none"}}), 8, "cannot be reached");
}

TEST_F(ReplayCodesTest, HundredAndThirtyForAnInterruptAndItGoesOn) {
  auto& rebuild = system_->begin("rebuild", {"replay", "rebuild", "carts", "--yes", "--rate", "20"});
  ASSERT_TRUE(eventually(
      [&] { return system_->read_store().value("SELECT count(*) FROM operations WHERE state = 'running'") == "1"; }));
  rebuild.signal(SIGINT);
  EXPECT_EQ(rebuild.wait(std::chrono::seconds(20)), 130) << system_->log_of("rebuild");
  const auto operation = system_->read_store().value("SELECT max(operation) FROM operations");
  expect(replay({"status"}), 0, "stopped at a checkpoint");
  expect(replay({"resume", operation, "--yes"}), 0, "done");
}

TEST_F(ReplayCodesTest, ACancelStopsARunningRebuildThatGoesOnLater) {
  auto& rebuild = system_->begin("rebuild", {"replay", "rebuild", "carts", "--yes", "--rate", "20"});
  ASSERT_TRUE(eventually(
      [&] { return system_->read_store().value("SELECT count(*) FROM operations WHERE state = 'running'") == "1"; }));
  const auto operation = system_->read_store().value("SELECT max(operation) FROM operations");
  expect(replay({"cancel", operation, "--yes", "--reason", "too early"}), 0, "stopped");
  EXPECT_EQ(rebuild.wait(std::chrono::seconds(20)), 130);
  EXPECT_EQ(system_->read_store().value("SELECT reason FROM audit WHERE action = 'cancel' ORDER BY id DESC LIMIT 1"),
            "too early");
  expect(replay({"resume", operation, "--yes"}), 0, "done");
}

TEST_F(ReplayCodesTest, APausedProjectionStandsStillUntilItIsUnpaused) {
  expect(replay({"pause", "carts", "--yes", "--reason", "a look"}), 0);
  expect(replay({"list"}), 0, "paused");
  expect(replay({"unpause", "carts", "--yes"}), 0);
  EXPECT_EQ(system_->read_store().value("SELECT string_agg(action || ':' || reason, ' ' ORDER BY id) FROM audit"
                                        " WHERE action LIKE '%pause'"),
            "pause:a look unpause:");
}

/// Last, because what is poison stays.
TEST_F(ReplayCodesTest, ZzSevenWhereEventsHadToBeParkedAndOneWhereThatIsTooMany) {
  history_->happens(domain::kind_of<cart::Cart>(), "cart-5", "keel.cart.v1.ItemAdded", "\xff\xff");
  expect(replay({"rebuild", "carts", "--yes", "--max-parked", "0"}), 1, "a bug of the projection, not poison");
  EXPECT_EQ(system_->read_store().value("SELECT state FROM operations ORDER BY operation DESC LIMIT 1"), "failed");
  const auto operation = system_->read_store().value("SELECT max(operation) FROM operations");
  expect(replay({"resume", operation, "--yes"}), 7, "parked_events");
}

}  // namespace
}  // namespace keel::test

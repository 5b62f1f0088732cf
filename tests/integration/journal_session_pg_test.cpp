#include <gmock/gmock.h>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string shown(postgres::Session& session, const std::string& setting) {
  return session.script("SHOW " + setting).text(0, 0);
}

TEST(PostgresSessions, HaveTheSettingsThatTheProtocolAsksFor) {
  const auto session = journal::open_session(Cluster::shared().empty_database().options());
  ASSERT_TRUE(session);
  EXPECT_EQ(shown(**session, "transaction_isolation"), "read committed");
  EXPECT_EQ(shown(**session, "synchronous_commit"), "on");
  EXPECT_EQ(shown(**session, "plan_cache_mode"), "force_generic_plan");
  EXPECT_EQ(shown(**session, "jit"), "off");
  EXPECT_EQ(shown(**session, "statement_timeout"), "30s");
  EXPECT_EQ(shown(**session, "lock_timeout"), "5s");
  EXPECT_EQ(shown(**session, "idle_in_transaction_session_timeout"), "10s");
  EXPECT_EQ(shown(**session, "application_name"), "keel");
  EXPECT_EQ(shown(**session, "client_encoding"), "UTF8");
}

TEST(PostgresSessions, KeepTheirSettingsWhenTheServersDefaultsAreOthers) {
  const Database database = Cluster::shared().empty_database();
  database.run("ALTER DATABASE " + database.name + " SET synchronous_commit = off");
  database.run("ALTER DATABASE " + database.name + " SET default_transaction_isolation = 'serializable'");
  const auto session = journal::open_session(database.options());
  EXPECT_EQ(shown(**session, "synchronous_commit"), "on");
  EXPECT_EQ(shown(**session, "transaction_isolation"), "read committed");
}

TEST(PostgresSessions, AServerWithFsyncOffIsRefused) {
  auto options = Cluster::shared().empty_database().options();
  options.allow_fsync_off = false;
  const auto opened = journal::PostgresJournal::open(options);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.fault().what, HasSubstr("fsync and full_page_writes off"));
  EXPECT_THAT(opened.fault().what, HasSubstr("journal.allow_fsync_off"));
}

TEST(PostgresSessions, AServerWithFullPageWritesOffIsRefused) {
  Cluster cluster({true, {"full_page_writes = off"}});
  auto options = cluster.empty_database().options();
  options.allow_fsync_off = false;
  const auto opened = journal::PostgresJournal::open(options);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.fault().what, HasSubstr("with full_page_writes off"));
}

TEST(PostgresSessions, ADurableServerIsTaken) {
  Cluster cluster({true, {}});
  auto options = cluster.empty_database().options();
  options.allow_fsync_off = false;
  EXPECT_TRUE(journal::PostgresJournal::open(options));
}

TEST(PostgresSessions, AServerThatIsNotThereIsNamedInTheFault) {
  journal::PostgresOptions options;
  options.dsn = "host=/nonexistent dbname=keel_journal user=somebody password=secret";
  const auto opened = journal::PostgresJournal::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().outcome, Fault::Outcome::nothing_changed);
  EXPECT_THAT(opened.fault().what, HasSubstr("/nonexistent"));
  EXPECT_THAT(opened.fault().what, HasSubstr("keel_journal"));
  EXPECT_THAT(opened.fault().what, Not(HasSubstr("secret")));
}

TEST(PostgresSessions, ADatabaseWithoutAJournalSaysHowToMakeOne) {
  JournalDesk desk(Cluster::shared().journal_database({{}, 4}).options());
  EXPECT_THAT(desk.session->heads("cart").fault().what, HasSubstr("keel migrate"));
}

TEST(PostgresSessions, NeverReconnectByThemselves) {
  const Database database = Cluster::shared().journal_database({{"cart"}, 4});
  JournalDesk desk(database.options());
  ASSERT_TRUE(desk.session->identity());
  database.terminate("keel");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(desk.session->identity());
    EXPECT_FALSE(desk.session->usable());
  }
}

TEST(PostgresSessions, ARestartOfTheServerEndsASessionAndNotTheNext) {
  Cluster cluster;
  auto options = cluster.journal_database({{"cart"}, 4}).options();
  options.statement_timeout = std::chrono::milliseconds(100);
  JournalDesk desk(options);
  cluster.stop_immediately();
  const auto identity = desk.session->identity();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.fault().outcome, Fault::Outcome::unknown);
  cluster.start();
  EXPECT_FALSE(desk.session->identity());
  EXPECT_TRUE(JournalDesk(options).session->identity());
}

}  // namespace
}  // namespace keel::test

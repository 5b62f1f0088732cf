#include <gmock/gmock.h>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

constexpr Lane lane0{0};

/// A user of each role, on one journal with an event in it.
class JournalRoles : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database = new Database(Cluster::shared().journal_database({{"cart"}, 4}));
    for (const std::string role : {"service", "projector", "query", "maintenance", "replay"}) {
      database->run("CREATE ROLE a_" + role + " LOGIN IN ROLE keel_" + role);
    }
    JournalDesk desk(database->options());
    desk.take_over();
    ASSERT_EQ(desk.append(desk.entry(lane0, "a")).outcome, AppendOutcome::stored);
  }

  static journal::PostgresOptions as(const std::string& role) {
    auto options = database->options();
    options.dsn += " user=a_" + role;
    return options;
  }

  /// SQLSTATE of what a role gets for a statement; empty when it is allowed. Nothing stays changed.
  static std::string tries(const std::string& role, const std::string& sql) {
    const auto session = journal::open_session(role == "owner" ? database->options() : as(role));
    const auto answer = (*session)->script("BEGIN; " + sql + "; ROLLBACK");
    return answer.ok() ? "" : answer.failure().state;
  }

  static const Database* database;
};
const Database* JournalRoles::database = nullptr;

constexpr const char* refused = "42501";
constexpr const char* allowed = "";

TEST_F(JournalRoles, TheServiceDoesAllItsWork) {
  JournalDesk desk(as("service"));
  desk.take_over();
  auto first = desk.entry(lane0, "b");
  first.snapshot = journal::Entry::StateAfter{1, "state"};
  first.check_version = true;
  EXPECT_EQ(desk.append(first).outcome, AppendOutcome::stored);
  auto second = desk.entry(lane0, "b", 1);
  second.snapshot = journal::Entry::StateAfter{1, "raised"};
  EXPECT_EQ(desk.append(second).outcome, AppendOutcome::stored);

  journal::Journal& session = *desk.session;
  const std::vector<std::pair<Lane, Position>> places = {{lane0, Position{1}}};
  EXPECT_TRUE(session.publish("cart", places));
  EXPECT_TRUE(session.publish("cart", places));
  const journal::Timer timer{lane0, "key", system_now(), "type", "bytes"};
  EXPECT_TRUE(*session.react("r", "cart", desk.lanes[0], Position{1}, std::vector{timer}, {}));
  EXPECT_TRUE(*session.react("r", "cart", desk.lanes[0], Position{2}, {}, std::vector<std::string>{"other"}));
  EXPECT_TRUE(*session.settle_timer("cart", desk.lanes[0], timer, system_now()));
  EXPECT_TRUE(session.due_timers("cart", 10));
  EXPECT_TRUE(session.keep_receipts(std::chrono::hours(24 * 7)));
  EXPECT_TRUE(session.retake(desk.owner, "cart", desk.lanes));
  EXPECT_TRUE(session.give_up(desk.owner));
}

TEST_F(JournalRoles, TheServiceSaysWhomItMayNotTerminate) {
  const auto superuser = journal::open_session(database->options());
  (void)(*superuser)->script("BEGIN; SELECT FROM lanes FOR UPDATE");
  auto options = as("service");
  options.block_patience = std::chrono::milliseconds(50);
  options.statement_timeout = std::chrono::seconds(1);
  JournalDesk desk(options);
  ASSERT_TRUE(desk.session->beat(desk.owner));
  const std::vector<std::string> contexts = {"cart"};
  const auto taken = desk.session->take_over(desk.owner, contexts, true);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.fault().what, ::testing::HasSubstr("superuser process"));
  (void)(*superuser)->script("ROLLBACK");
}

TEST_F(JournalRoles, TheServiceTerminatesWhoIsOfItsOwnAccount) {
  const auto stuck = journal::open_session(as("service"));
  (void)(*stuck)->script("BEGIN; SELECT FROM lanes FOR UPDATE");
  auto options = as("service");
  options.block_patience = std::chrono::milliseconds(50);
  JournalDesk desk(options);
  desk.take_over();
  EXPECT_EQ(desk.lanes.size(), 4u);
}

TEST_F(JournalRoles, TheServiceSaysThatItIsThereAndWhatHappenedAndTakesNothingBack) {
  EXPECT_EQ(tries("service",
                  "INSERT INTO processes VALUES (gen_random_uuid(), 'command', 'n', 'v', now(), now(), NULL, '', '');"
                  "UPDATE processes SET beat_at = now(), stopped_at = now();"
                  "INSERT INTO supervision_history VALUES (gen_random_uuid(), 1, now(), 1, 0, 'worker', 'x', 'started',"
                  " '', 0); SELECT keel_prune_processes('7 days')"),
            allowed);
  EXPECT_EQ(tries("service", "UPDATE processes SET role = 'x'"), refused);
  EXPECT_EQ(tries("service", "DELETE FROM processes"), refused);
  EXPECT_EQ(tries("service", "UPDATE supervision_history SET cause = ''"), refused);
  EXPECT_EQ(tries("service", "DELETE FROM supervision_history"), refused);
  EXPECT_EQ(tries("replay", "SELECT * FROM processes, supervision_history"), allowed);
  EXPECT_EQ(tries("replay", "INSERT INTO supervision_history SELECT * FROM supervision_history"), refused);
  EXPECT_EQ(tries("projector", "SELECT keel_prune_processes('7 days')"), refused);
}

TEST_F(JournalRoles, TheServiceNeverChangesNorDeletesEvents) {
  EXPECT_EQ(tries("service", "UPDATE events SET payload = ''"), refused);
  EXPECT_EQ(tries("service", "DELETE FROM events"), refused);
  EXPECT_EQ(tries("service", "TRUNCATE events"), refused);
  EXPECT_EQ(tries("service", "SELECT * FROM events FOR UPDATE"), refused);
}

TEST_F(JournalRoles, NotEvenTheOwnerOfTheTablesChangesEvents) {
  EXPECT_EQ(tries("owner", "UPDATE events SET payload = ''"), refused);
  EXPECT_EQ(tries("owner", "DELETE FROM events"), refused);
  EXPECT_EQ(tries("owner", "TRUNCATE events"), refused);
}

TEST_F(JournalRoles, TheServiceNeverForgetsReceiptsOrSnapshotsByHand) {
  EXPECT_EQ(tries("service", "DELETE FROM receipts"), refused);
  EXPECT_EQ(tries("service", "UPDATE receipts SET reply = ''"), refused);
  EXPECT_EQ(tries("service", "DELETE FROM snapshots"), refused);
  EXPECT_EQ(tries("service", "DROP TABLE receipts_19700101"), refused);
}

TEST_F(JournalRoles, TheServiceNeverChangesWhichJournalThisIs) {
  EXPECT_EQ(tries("service", "UPDATE journal SET lane_count = 8"), refused);
  EXPECT_EQ(tries("service", "INSERT INTO lanes (context, lane) VALUES ('cart', 99)"), refused);
  EXPECT_EQ(tries("service", "UPDATE lanes SET lane = 7"), refused);
  EXPECT_EQ(tries("service", "DELETE FROM lanes"), refused);
  EXPECT_EQ(tries("service", "INSERT INTO schema_migrations VALUES ('9999')"), refused);
  EXPECT_EQ(tries("service", "ALTER TABLE events DISABLE TRIGGER ALL"), refused);
}

TEST_F(JournalRoles, TheProjectorReadsHistoryAndNothingElse) {
  JournalDesk desk(as("projector"));
  EXPECT_TRUE(desk.session->identity());
  EXPECT_TRUE(desk.session->heads("cart"));
  EXPECT_FALSE(desk.session->read("cart", lane0, {}, 10)->empty());
  EXPECT_EQ(tries("projector", "SELECT * FROM receipts"), refused);
  EXPECT_EQ(tries("projector", "SELECT * FROM snapshots"), refused);
  EXPECT_EQ(tries("projector", "INSERT INTO events SELECT * FROM events"), refused);
  EXPECT_EQ(tries("projector", "UPDATE lanes SET epoch = 0"), refused);
  EXPECT_EQ(tries("projector", "SELECT keel_keep_receipts('7 days')"), refused);
}

TEST_F(JournalRoles, TheQuerySideSeesNothingOfTheJournal) {
  for (const std::string table : {"events", "receipts", "snapshots", "lanes", "journal", "timers"}) {
    EXPECT_EQ(tries("query", "SELECT * FROM " + table), refused) << table;
  }
}

TEST_F(JournalRoles, MaintenanceForgetsWhatMayBeForgottenAndNothingElse) {
  EXPECT_EQ(tries("maintenance", "DELETE FROM receipts WHERE recorded_at < now()"), allowed);
  EXPECT_EQ(tries("maintenance", "DELETE FROM snapshots"), allowed);
  EXPECT_EQ(tries("maintenance", "SELECT keel_keep_receipts('7 days')"), allowed);
  EXPECT_EQ(tries("maintenance", "DELETE FROM events"), refused);
  EXPECT_EQ(tries("maintenance", "UPDATE lanes SET epoch = 0"), refused);
}

TEST_F(JournalRoles, TheRolesHaveNoLoginOfTheirOwn) {
  EXPECT_EQ(database->value("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'keel\\_%' AND rolcanlogin"), "0");
}

TEST_F(JournalRoles, ASecondJournalOfTheClusterFindsTheRolesThere) {
  const Database second = Cluster::shared().empty_database();
  EXPECT_TRUE(journal::migrate_journal(second.dsn, {{"cart"}, 4}));
}

TEST_F(JournalRoles, TheReplayToolReadsEverythingAndChangesNothing) {
  for (const char* table : {"events", "receipts", "snapshots", "publications", "reactions"}) {
    EXPECT_EQ(tries("replay", std::string("SELECT FROM ") + table), allowed) << table;
    EXPECT_EQ(tries("replay", std::string("DELETE FROM ") + table), refused) << table;
  }
  EXPECT_EQ(tries("replay", "UPDATE publications SET position = 0"), refused);
}

}  // namespace
}  // namespace keel::test

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <future>
#include <thread>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;
using std::chrono::milliseconds;
using ::testing::SizeIs;

constexpr Lane lane0{0};

/// An SQL session that stays, and what it does between its statements.
class Bystander {
 public:
  explicit Bystander(const Database& database) {
    auto options = database.options();
    options.application_name = "bystander";
    options.idle_in_transaction_timeout = milliseconds(0);
    session_ = *journal::open_session(options);
  }
  bool says(const std::string& sql) { return session_->script(sql).ok(); }

 private:
  std::unique_ptr<postgres::Session> session_;
};

class JournalFailures : public ::testing::Test {
 protected:
  JournalFailures() : database(Cluster::shared().journal_database({{"cart"}, 4})), desk(options("writer")) {
    desk.take_over();
  }

  journal::PostgresOptions options(const std::string& name) const {
    auto chosen = database.options();
    chosen.application_name = name;
    chosen.block_patience = milliseconds(50);
    return chosen;
  }

  void wait_until_blocked(const std::string& name) const {
    while (database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + name +
                          "' AND wait_event_type = 'Lock' AND datname = '" + database.name + "'") == "0") {
      std::this_thread::yield();
    }
  }

  std::string events() const { return database.value("SELECT count(*) FROM events"); }
  std::string receipts() const { return database.value("SELECT count(*) FROM receipts"); }

  Database database;
  JournalDesk desk;
};

TEST_F(JournalFailures, AnAppendWhoseBackEndIsTerminatedHasAnUnknownOutcome) {
  Bystander rival(database);
  ASSERT_TRUE(rival.says("BEGIN; SELECT FROM lanes FOR UPDATE"));
  auto appending = std::async(std::launch::async, [&] { return desk.append(desk.entry(lane0, "a")); });
  wait_until_blocked("writer");
  database.terminate("writer");
  EXPECT_EQ(appending.get().outcome, AppendOutcome::unknown);
  EXPECT_FALSE(desk.session->usable());
  ASSERT_TRUE(rival.says("ROLLBACK"));
  EXPECT_EQ(events(), "0");
}

TEST_F(JournalFailures, AnAppendThatTimesOutHasAnUnknownOutcome) {
  auto impatient = options("impatient");
  impatient.statement_timeout = milliseconds(50);
  JournalDesk other(impatient);
  other.lanes = desk.lanes;
  Bystander rival(database);
  ASSERT_TRUE(rival.says("BEGIN; SELECT FROM lanes FOR UPDATE"));
  EXPECT_EQ(other.append(other.entry(lane0, "a")).outcome, AppendOutcome::unknown);
  EXPECT_FALSE(other.session->usable());
}

TEST_F(JournalFailures, AnAppendThatWaitsTooLongForALaneMayBeSentAgain) {
  auto impatient = options("impatient");
  impatient.lock_timeout = milliseconds(50);
  JournalDesk other(impatient);
  other.lanes = desk.lanes;
  Bystander rival(database);
  ASSERT_TRUE(rival.says("BEGIN; SELECT FROM lanes FOR UPDATE"));
  const auto entry = other.entry(lane0, "a");
  EXPECT_EQ(other.append(entry).outcome, AppendOutcome::try_again);
  EXPECT_TRUE(other.session->usable());
  ASSERT_TRUE(rival.says("ROLLBACK"));
  EXPECT_EQ(other.append(entry).outcome, AppendOutcome::stored);
}

TEST_F(JournalFailures, AnAppendToAServerThatStoppedHasAnUnknownOutcome) {
  Cluster cluster;
  JournalDesk other(cluster.journal_database({{"cart"}, 4}).options());
  other.take_over();
  cluster.stop_immediately();
  EXPECT_EQ(other.append(other.entry(lane0, "a")).outcome, AppendOutcome::unknown);
  EXPECT_FALSE(other.session->usable());
}

TEST_F(JournalFailures, WhatTheServerClearlyRefusesIsBrokenAndCertain) {
  auto entry = desk.entry(lane0, "a");
  entry.aggregate.id = "\xFF not UTF-8";
  EXPECT_EQ(desk.append(entry).outcome, AppendOutcome::broken);
  EXPECT_TRUE(desk.session->usable());
  EXPECT_EQ(desk.append(desk.entry(lane0, "a")).outcome, AppendOutcome::stored);
}

// -- who waits for whom ----------------------------------------------------------------------------------------------

TEST_F(JournalFailures, AnIdleTransactionElsewhereBlocksNothing) {
  ASSERT_EQ(desk.append(desk.entry(lane0, "a")).outcome, AppendOutcome::stored);
  Bystander reader(database);
  ASSERT_TRUE(reader.says("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM events; SELECT * FROM lanes"));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(desk.append(desk.entry(lane0, "b", i)).outcome, AppendOutcome::stored);
  desk.take_over();
  ASSERT_EQ(desk.append(desk.entry(lane0, "b", 50)).outcome, AppendOutcome::stored);
}

TEST_F(JournalFailures, NoRowOfTheJournalIsUpdatedPerBatch) {
  const std::string rows = "SELECT string_agg(xmin::text || ctid, ' ' ORDER BY ctid) FROM ";
  const auto lanes_before = database.value(rows + "lanes");
  for (int i = 0; i < 50; ++i) ASSERT_EQ(desk.append(desk.entry(lane0, "a", i)).outcome, AppendOutcome::stored);
  EXPECT_EQ(database.value(rows + "lanes"), lanes_before);
}

TEST_F(JournalFailures, WhoeverBlocksALaneIsTerminatedByATakeOver) {
  Bystander stuck(database);
  ASSERT_TRUE(stuck.says("BEGIN; SELECT FROM lanes WHERE lane = 2 FOR NO KEY UPDATE"));
  JournalDesk rival(options("rival"));
  rival.take_over();
  EXPECT_THAT(rival.lanes, SizeIs(4));
  EXPECT_FALSE(stuck.says("COMMIT"));
}

TEST_F(JournalFailures, AChainOfBlockersIsTerminatedFromItsRoot) {
  Bystander root(database);
  ASSERT_TRUE(root.says("BEGIN; SELECT FROM lanes WHERE lane = 2 FOR NO KEY UPDATE"));
  auto middle = std::async(std::launch::async, [&] { return desk.append(desk.entry(Lane{2}, "a")).outcome; });
  wait_until_blocked("writer");
  JournalDesk rival(options("rival"));
  rival.take_over();
  EXPECT_THAT(rival.lanes, SizeIs(4));
  EXPECT_FALSE(root.says("COMMIT"));
  EXPECT_THAT(middle.get(), ::testing::AnyOf(AppendOutcome::stored, AppendOutcome::fenced));
}

TEST_F(JournalFailures, ARetakeTerminatesAClientThatStalledBetweenExecuteAndSync) {
  PGconn* stalled = PQconnectdb((database.dsn + " application_name=stalled").c_str());
  ASSERT_EQ(PQenterPipelineMode(stalled), 1);
  const std::string append = "SELECT keel_append('cart', '{0}', '{" + std::to_string(desk.lanes[0].epoch.value) +
                             "}', '{0}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',"
                             " '{0}', '{1}', '{1}', '{Cart}', '{a}', '{1}', '{type}', '{payload}', '{metadata}',"
                             " '{}', '{}', '{}', '{}', '{}', '{}')";
  ASSERT_EQ(PQsendQueryParams(stalled, append.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0), 1);
  ASSERT_EQ(PQsendFlushRequest(stalled), 1);
  PGresult* executed = PQgetResult(stalled);
  ASSERT_EQ(PQresultStatus(executed), PGRES_TUPLES_OK) << PQresultErrorMessage(executed);
  PQclear(executed);

  JournalDesk fresh(options("fresh"));
  const auto anew = fresh.session->retake(desk.owner, "cart", desk.lanes);
  ASSERT_TRUE(anew) << anew.fault().what;
  ASSERT_THAT(*anew, SizeIs(4));
  EXPECT_EQ(anew->at(0).last, Position{0});
  PQpipelineSync(stalled);
  PQfinish(stalled);
  EXPECT_EQ(events(), "0");
}

TEST_F(JournalFailures, ARetakeWaitsForTheOldStatementAndSeesItsOutcome) {
  database.run(
      "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$;"
      "CREATE TRIGGER gate AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()");
  Bystander gate(database);
  ASSERT_TRUE(gate.says("SELECT pg_advisory_lock(42)"));
  auto appending = std::async(std::launch::async, [&] { return desk.append(desk.entry(lane0, "a")).outcome; });
  wait_until_blocked("writer");

  const auto lanes = std::vector{journal::HeldLane{lane0, desk.lanes[0].epoch, Position{0}}};
  auto patient = options("retaking");
  patient.block_patience = std::chrono::minutes(1);
  JournalDesk fresh(patient);
  auto retaking = std::async(std::launch::async, [&] { return *fresh.session->retake(desk.owner, "cart", lanes); });
  wait_until_blocked("retaking");
  ASSERT_TRUE(gate.says("SELECT pg_advisory_unlock(42)"));
  EXPECT_EQ(appending.get(), AppendOutcome::stored);
  const auto anew = retaking.get();
  ASSERT_THAT(anew, SizeIs(1));
  EXPECT_EQ(anew[0].last, Position{1});
}

TEST_F(JournalFailures, AnAppendThatWaitedForALaneSeesWhatItsPredecessorCommitted) {
  Bystander predecessor(database);
  const std::string epoch = std::to_string(desk.lanes[0].epoch.value);
  ASSERT_TRUE(
      predecessor.says("BEGIN; SELECT FROM lanes WHERE context = 'cart' AND lane = 0 FOR NO KEY UPDATE;"
                       "INSERT INTO events VALUES ('cart', 0, 1, " +
                       epoch + ", 'Cart', 'b', 1, 'type', '', '', now())"));
  auto appending = std::async(std::launch::async, [&] { return desk.append(desk.entry(lane0, "a")).outcome; });
  wait_until_blocked("writer");
  ASSERT_TRUE(predecessor.says("COMMIT"));
  EXPECT_EQ(appending.get(), AppendOutcome::misplaced);
}

TEST_F(JournalFailures, AnAppendThatWaitedForATakeOverIsFenced) {
  Bystander taker(database);
  ASSERT_TRUE(taker.says("BEGIN; UPDATE lanes SET epoch = epoch + 1 WHERE lane = 0"));
  auto appending = std::async(std::launch::async, [&] { return desk.append(desk.entry(lane0, "a")).outcome; });
  wait_until_blocked("writer");
  ASSERT_TRUE(taker.says("COMMIT"));
  EXPECT_EQ(appending.get(), AppendOutcome::fenced);
  EXPECT_EQ(receipts(), "0");
}

TEST_F(JournalFailures, AStandbyNeverTerminatesALivingOwnerThatIsSlow) {
  database.run(
      "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$;"
      "CREATE TRIGGER gate AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()");
  Bystander gate(database);
  ASSERT_TRUE(gate.says("SELECT pg_advisory_lock(42)"));
  auto appending = std::async(std::launch::async, [&] { return desk.append(desk.entry(lane0, "a")).outcome; });
  wait_until_blocked("writer");

  JournalDesk standby(options("standby"));
  ASSERT_TRUE(standby.session->beat(standby.owner));
  const std::vector<std::string> contexts = {"cart"};
  EXPECT_THAT(standby.session->take_over(standby.owner, contexts, false)->rivals, SizeIs(4));
  ASSERT_TRUE(gate.says("SELECT pg_advisory_unlock(42)"));
  EXPECT_EQ(appending.get(), AppendOutcome::stored);
}

TEST_F(JournalFailures, AReactionNeverWaitsForAnAppend) {
  Bystander appending(database);
  ASSERT_TRUE(appending.says("BEGIN; SELECT FROM lanes FOR NO KEY UPDATE"));
  JournalDesk reactor(options("reactor"));
  const auto reacted = reactor.session->react("r", "cart", desk.lanes[0], Position{1}, {}, {});
  ASSERT_TRUE(reacted);
  EXPECT_TRUE(*reacted);
}

TEST_F(JournalFailures, AReactionThatWaitedForATakeOverIsFenced) {
  Bystander taker(database);
  ASSERT_TRUE(taker.says("BEGIN; SELECT FROM lanes FOR UPDATE; UPDATE lanes SET epoch = epoch + 1"));
  JournalDesk reactor(options("reactor"));
  auto reacting = std::async(std::launch::async,
                             [&] { return *reactor.session->react("r", "cart", desk.lanes[0], Position{1}, {}, {}); });
  wait_until_blocked("reactor");
  ASSERT_TRUE(taker.says("COMMIT"));
  EXPECT_FALSE(reacting.get());
  EXPECT_EQ(database.value("SELECT count(*) FROM reactions"), "0");
}

}  // namespace
}  // namespace keel::test

#include "postgres/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "postgres/copy.hpp"
#include "query/postgres_options.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::postgres {
namespace {

using std::chrono::milliseconds;
using test::Cluster;
using test::Database;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view insert_sql = "INSERT INTO numbers (number) VALUES ($1::bigint)";

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() : database(Cluster::shared().empty_database()) {
    database.run("CREATE TABLE numbers (number bigint PRIMARY KEY, name text)");
  }

  std::unique_ptr<Session> open(ConnectOptions options = {}) const {
    options.dsn = database.dsn;
    auto opened = Session::open(options);
    if (!opened) throw std::runtime_error(opened.fault().what);
    return *std::move(opened);
  }

  std::string numbers() const { return database.value("SELECT string_agg(number::text, ' ') FROM numbers"); }

  Database database;
};

std::string shown(Session& session, const std::string& setting) { return session.script("SHOW " + setting).text(0, 0); }

TEST_F(SessionTest, ValuesComeBackAsTheyWereSent) {
  const auto session = open();
  const Uuid id = make_uuid_v7(system_now());
  const Timestamp now = system_now();
  const std::vector<std::string> texts{"a", ""};
  const auto answer = session->run(
      "SELECT $1::bigint, $2::integer, $3::boolean, $4::uuid, $5::timestamptz, $6::text, ($7::text[])[2], $8::bigint",
      Parameters().bigint(-1).integer(-2).boolean(true).uuid(id).timestamp(now).text("\"'\\").texts(texts).null());
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer.size(), 1);
  EXPECT_EQ(answer.columns(), 8);
  EXPECT_EQ(answer.bigint(0, 0), -1);
  EXPECT_EQ(answer.integer(0, 1), -2);
  EXPECT_TRUE(answer.boolean(0, 2));
  EXPECT_EQ(answer.uuid(0, 3), id);
  EXPECT_EQ(answer.timestamp(0, 4), now);
  EXPECT_EQ(answer.text(0, 5), "\"'\\");
  EXPECT_FALSE(answer.null(0, 6));
  EXPECT_EQ(answer.text(0, 6), "");
  EXPECT_TRUE(answer.null(0, 7));
}

TEST_F(SessionTest, StatementsOfOneRoundTripTakeEffectTogetherOrNotAtAll) {
  const auto session = open();
  const Statement both[] = {{insert_sql, Parameters().bigint(1)}, {insert_sql, Parameters().bigint(2)}};
  for (const auto& answer : session->run(both)) EXPECT_TRUE(answer.ok());
  EXPECT_EQ(numbers(), "1 2");
  const Statement clash[] = {{insert_sql, Parameters().bigint(3)}, {insert_sql, Parameters().bigint(1)}, {"SELECT 1"}};
  const auto answers = session->run(clash);
  EXPECT_TRUE(answers[0].ok());
  ASSERT_FALSE(answers[1].ok());
  EXPECT_EQ(answers[1].failure().state, "23505");
  EXPECT_THAT(answers[1].failure().message, HasSubstr("already exists"));
  EXPECT_FALSE(answers[2].ok());
  EXPECT_EQ(numbers(), "1 2");
  EXPECT_TRUE(session->usable());
}

TEST_F(SessionTest, AFailureEndsTheTransactionThatAScriptBegan) {
  const auto session = open();
  ASSERT_TRUE(session->script("BEGIN").ok());
  ASSERT_TRUE(session->run(insert_sql, Parameters().bigint(1)).ok());
  ASSERT_FALSE(session->run(insert_sql, Parameters().bigint(1)).ok());
  EXPECT_TRUE(session->run(insert_sql, Parameters().bigint(2)).ok());
  EXPECT_EQ(numbers(), "2");
}

TEST_F(SessionTest, AStatementThatCannotBePreparedSaysWhy) {
  const auto session = open();
  const auto answer = session->run("SELECT nothing FROM nowhere", {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().state, "42P01");
  EXPECT_TRUE(session->run("SELECT 1", {}).ok());
}

TEST_F(SessionTest, OfSeveralStatementsNoneIsRunAndEachSaysWhyWhenOneCannotBePrepared) {
  const auto session = open();
  const Statement statements[] = {{insert_sql, Parameters().bigint(1)}, {"SELECT nothing FROM nowhere"}};
  for (const auto& answer : session->run(statements)) {
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.failure().state, "42P01");
  }
  EXPECT_EQ(numbers(), "");
}

TEST_F(SessionTest, RowsAreCopiedAllOrNone) {
  const auto session = open();
  const std::string sql = "COPY numbers (number, name) FROM STDIN (FORMAT binary)";
  const auto copy = [&](std::vector<std::int64_t> list) {
    CopiedRows rows;
    for (const auto number : list) {
      std::string& out = rows.row(2);
      put_field(out, number);
      put_null_field(out);
    }
    return session->copy_in(sql, rows.finished());
  };
  EXPECT_TRUE(copy({1, 2}).ok());
  const auto again = copy({3, 2});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.failure().state, "23505");
  EXPECT_EQ(numbers(), "1 2");
  EXPECT_EQ(session->copy_in("COPY nowhere FROM STDIN", "").failure().state, "42P01");
  EXPECT_TRUE(session->run("SELECT 1", {}).ok());
}

TEST_F(SessionTest, NotificationsWakeWhoWaits) {
  const auto session = open();
  ASSERT_TRUE(session->script("LISTEN news").ok());
  EXPECT_THAT(session->notifications(milliseconds(0), -1), IsEmpty());
  std::thread speaker([this] { database.run("NOTIFY news, 'said'"); });
  std::vector<std::string> heard;
  while (heard.empty() && session->usable()) heard = session->notifications(std::chrono::seconds(10), -1);
  speaker.join();
  EXPECT_THAT(heard, ElementsAre("said"));
}

TEST_F(SessionTest, TheConnectionStringWinsOverDefaultsAndNotOverWhatIsFixed) {
  ConnectOptions options{.dsn = database.dsn + " application_name=said"};
  options.defaults = {{"application_name", "default"}};
  EXPECT_EQ(shown(**Session::open(options), "application_name"), "said");
  options.fixed = {{"application_name", "fixed"}};
  EXPECT_EQ(shown(**Session::open(options), "application_name"), "fixed");
}

TEST_F(SessionTest, AfterAFailureInDoubtASessionIsNotUsedAgain) {
  ConnectOptions options;
  options.in_doubt = [](std::string_view state) { return state == "57014"; };
  const auto session = open(options);
  EXPECT_FALSE(session->run("SELECT 1 / 0", {}).ok());
  EXPECT_TRUE(session->usable());
  ASSERT_TRUE(session->script("SET statement_timeout = 20").ok());
  EXPECT_EQ(session->run("SELECT pg_sleep(10)", {}).failure().state, "57014");
  EXPECT_FALSE(session->usable());
  EXPECT_EQ(session->script("SELECT 1").failure().state, "");
  const Statement one[] = {{"SELECT 1"}};
  EXPECT_FALSE(session->run(one).front().ok());
}

TEST_F(SessionTest, AServerThatIsSilentForTooLongIsGivenUp) {
  ConnectOptions options;
  options.give_up_after = milliseconds(50);
  const auto session = open(options);
  const auto answer = session->run("SELECT pg_sleep(10)", {}, {.patience = milliseconds(5)});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().state, "");
  EXPECT_THAT(answer.failure().message, HasSubstr("silent"));
  EXPECT_FALSE(session->usable());
}

TEST_F(SessionTest, AStallIsTold) {
  const auto session = open();
  int told = 0;
  const Stall stall{milliseconds(1), [&] { ++told; }};
  EXPECT_TRUE(session->run("SELECT pg_sleep(0.2)", {}, stall).ok());
  EXPECT_GT(told, 0);
}

TEST_F(SessionTest, ALostConnectionIsAFailureWithoutEffectOnTheNextSession) {
  const auto session = open({.fixed = {{"application_name", "victim"}}});
  database.terminate("victim");
  EXPECT_FALSE(session->run("SELECT 1", {}).ok());
  EXPECT_FALSE(session->usable());
  EXPECT_TRUE(open()->run("SELECT 1", {}).ok());
}

TEST_F(SessionTest, WithTheReadStoreHasTheSettingsThatItsStatementsAreMadeFor) {
  const auto session = *query::open_session(database.dsn, {.name = "keel reader", .asynchronous_commit = true});
  EXPECT_EQ(shown(*session, "application_name"), "keel reader");
  EXPECT_EQ(shown(*session, "statement_timeout"), "30s");
  EXPECT_EQ(shown(*session, "lock_timeout"), "10s");
  EXPECT_EQ(shown(*session, "idle_in_transaction_session_timeout"), "30s");
  EXPECT_EQ(shown(*session, "synchronous_commit"), "off");
  EXPECT_EQ(shown(*session, "plan_cache_mode"), "force_generic_plan");
  EXPECT_EQ(shown(*session, "enable_seqscan"), "off");
  EXPECT_EQ(shown(*session, "client_encoding"), "UTF8");
}

TEST_F(SessionTest, WithTheReadStoreThatIsNotThereSaysWhereAndWhatToLookAt) {
  const auto opened = query::open_session("host=/nonexistent dbname=keel_read user=a password=secret", {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().cause, Fault::Cause::unreachable);
  EXPECT_THAT(opened.fault().what, HasSubstr("read.dsn"));
  EXPECT_THAT(opened.fault().what, HasSubstr("/nonexistent"));
  EXPECT_THAT(opened.fault().what, ::testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace keel::postgres

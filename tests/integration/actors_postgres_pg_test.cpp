#include <gtest/gtest.h>

#include <thread>

#include "journal/postgres_journal.hpp"
#include "ops/log.hpp"
#include "support/postgres_cluster.hpp"
#include "support/running_engine.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The engine on a real PostgreSQL.
class ActorsPostgres : public ::testing::Test {
 protected:
  ActorsPostgres() {
    log::Options quiet;
    quiet.level = log::Level::off;
    log::configure(quiet);
    options.ownership.beat = milliseconds(100);
  }

  std::vector<journal::RecordedEvent> events() const {
    auto session = journal::PostgresJournal::open(database.options());
    EXPECT_TRUE(session);
    std::vector<journal::RecordedEvent> all;
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      auto page = (*session)->read("testing", Lane{lane}, {}, 100'000);
      EXPECT_TRUE(page);
      std::int64_t position = 0;
      for (auto& event : *page) {
        EXPECT_EQ(event.position.value, ++position);
        all.push_back(std::move(event));
      }
    }
    return all;
  }

  /// Every session of the engine's. Does not wait until there are none, because it opens new ones at once.
  void kill_back_ends() const {
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()");
  }

  static constexpr std::int32_t lanes = 4;
  Database database = Cluster::shared().journal_database({{"testing"}, lanes});
  actors::EngineOptions options;
};

TEST_F(ActorsPostgres, CommandsAreStoredOnceAndRepeatsGetTheFirstReply) {
  const Move move{.id = "c0", .amount = 5, .request_id = make_uuid_v7(system_now())};
  {
    RunningEngine running(journal::PostgresJournal::opener(database.options()), lanes, options);
    ASSERT_TRUE(running.owns());
    EXPECT_EQ(tell(running.insist({move})[0]), "accepted 1 =5");
    running.insist(moves_over(100, 3000));
    EXPECT_TRUE(running.engine().stop());
  }
  RunningEngine next(journal::PostgresJournal::opener(database.options()), lanes, options, {}, "next");
  ASSERT_TRUE(next.owns());
  EXPECT_EQ(tell(next.insist({move})[0]), "accepted 1 =5 again");
  EXPECT_EQ(events().size(), 3001U);
}

TEST_F(ActorsPostgres, BackEndsThatAreKilledUnderLoadLoseNothingAndRepeatNothing) {
  RunningEngine running(journal::PostgresJournal::opener(database.options()), lanes, options);
  ASSERT_TRUE(running.owns());
  for (int round = 0; round < 10; ++round) {
    std::vector<actors::Answer> answers;
    std::thread clients([&] { answers = running.insist(moves_over(20, 100)); });
    kill_back_ends();
    clients.join();
    EXPECT_EQ(answers.size(), 100U);
  }
  running.destroy();
  expect_each_move_once(events(), 1000);
}

TEST_F(ActorsPostgres, ARestartOfTheServerIsSurvived) {
  RunningEngine running(journal::PostgresJournal::opener(database.options()), lanes, options);
  ASSERT_TRUE(running.owns());
  running.insist(moves_over(20, 200));
  Cluster::shared().stop_immediately();
  const auto during = running.send({.id = "c0", .amount = 1, .patience = seconds(1)});
  Cluster::shared().start();
  ASSERT_TRUE(during->wait());
  const bool counted = std::holds_alternative<actors::Accepted>(*during->answer());
  running.insist(moves_over(20, 200));
  EXPECT_TRUE(running.engine().stop());
  const auto stored = events();
  EXPECT_GE(stored.size(), 400U + (counted ? 1 : 0));
  expect_each_move_once(stored, stored.size());
}

}  // namespace
}  // namespace keel::test

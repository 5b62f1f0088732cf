#include <thread>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

/// Plans are asserted by what they did: the server counts scans by table. A session reports them when it ends.
struct Scans {
  std::int64_t sequential = 0;
  std::int64_t by_index = 0;
  std::int64_t entries_read = 0;
};

Scans scans_of(const Database& database, const std::string& table) {
  const auto row = database.rows(
      "SELECT coalesce(sum(seq_scan), 0), coalesce(sum(idx_scan), 0), coalesce(sum(i.entries), 0)"
      " FROM pg_stat_user_tables t,"
      " LATERAL (SELECT sum(idx_tup_read) AS entries FROM pg_stat_user_indexes x WHERE x.relid = t.relid) i"
      " WHERE t.relname = '" +
      table + "' OR t.relname LIKE '" + table + "\\_%'");
  return {std::stoll(row[0][0]), std::stoll(row[0][1]), std::stoll(row[0][2])};
}

/// A journal that nobody ever analysed: PostgreSQL knows nothing of its sizes, and plans are made once for all values.
class JournalPlans : public ::testing::Test {
 protected:
  JournalPlans() : cluster({false, {"autovacuum = off"}}), database(cluster.journal_database({{"cart"}, 16})) {
    auto options = database.options();
    options.application_name = "measured";
    desk = std::make_unique<JournalDesk>(options);
    desk->take_over();
  }

  /// Ends the session, and waits until its counts are in.
  void finish() {
    desk.reset();
    while (database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'measured'") != "0") {
      std::this_thread::yield();
    }
  }

  void fill(int events) {
    auto many = JournalDesk::entry(Lane{0}, "filler", 0, events);
    ASSERT_EQ(desk->append(many).outcome, AppendOutcome::stored);
  }

  void use_every_look_up() {
    journal::Journal& journal = *desk->session;
    auto entry = JournalDesk::entry(Lane{0}, "a");
    entry.check_version = true;
    entry.snapshot = journal::Entry::StateAfter{1, "state"};
    ASSERT_EQ(desk->append(entry).outcome, AppendOutcome::stored);
    const Uuid id = entry.receipt->request_id;
    const std::vector<journal::ReceiptKey> ids = {{Lane{0}, id}, {Lane{1}, make_uuid_v7(system_now())}};
    const std::vector<AggregateRef> aggregates = {{"Cart", "a"}, {"Cart", "b"}};
    const std::vector<Lane> lanes = {Lane{0}, Lane{1}};
    ASSERT_TRUE(journal.diagnose("cart", lanes, ids, aggregates));
    const std::vector<journal::LoadRequest> requests = {{{"Cart", "a"}, Lane{0}, 1, {}, {id}},
                                                        {{"Cart", "b"}, Lane{1}, 1, {}, {id}}};
    ASSERT_TRUE(journal.load("cart", requests, 100));
    ASSERT_TRUE(journal.read("cart", Lane{0}, Position{}, 10));
    ASSERT_TRUE(journal.read_aggregate("cart", {"Cart", "a"}, Version{}, 10));
    ASSERT_TRUE(journal.heads("cart"));
    ASSERT_TRUE(journal.retake(desk->owner, "cart", std::span(desk->lanes).first(2)));
  }

  Cluster cluster;
  Database database;
  std::unique_ptr<JournalDesk> desk;
};

TEST_F(JournalPlans, EveryLookUpOfAnEmptyUnanalysedJournalGoesByIndex) {
  const std::vector<std::string> tables = {"events", "receipts", "snapshots"};
  std::vector<Scans> before;
  for (const auto& table : tables) before.push_back(scans_of(database, table));
  use_every_look_up();
  finish();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Scans after = scans_of(database, tables[i]);
    EXPECT_EQ(after.sequential, before[i].sequential) << tables[i];
    EXPECT_GT(after.by_index, before[i].by_index) << tables[i];
  }
}

TEST_F(JournalPlans, LookUpsStayCheapWhenTheJournalGrowsUnderPlansMadeWhenItWasEmpty) {
  use_every_look_up();
  desk->take_over();
  fill(5000);
  finish();
  const Scans before = scans_of(database, "events");

  auto options = database.options();
  options.application_name = "measured";
  desk = std::make_unique<JournalDesk>(options);
  desk->take_over();
  constexpr int appends = 20;
  for (int i = 0; i < appends; ++i) {
    auto entry = JournalDesk::entry(Lane{0}, "filler", 5000 + i);
    entry.check_version = true;
    ASSERT_EQ(desk->append(entry).outcome, AppendOutcome::stored);
    const std::vector<AggregateRef> aggregates = {{"Cart", "filler"}};
    ASSERT_TRUE(desk->session->diagnose("cart", {}, {}, aggregates));
    ASSERT_TRUE(desk->session->heads("cart"));
  }
  finish();
  const Scans after = scans_of(database, "events");
  EXPECT_EQ(after.sequential, before.sequential);
  EXPECT_LT(after.entries_read - before.entries_read, appends * 60);
}

}  // namespace
}  // namespace keel::test

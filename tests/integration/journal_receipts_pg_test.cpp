#include <gmock/gmock.h>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;
using std::chrono::hours;

constexpr Lane lane0{0};
constexpr hours week(24 * 7);

class JournalReceipts : public ::testing::Test {
 protected:
  JournalReceipts() : database(Cluster::shared().journal_database({{"cart"}, 4})), desk(database.options()) {
    desk.take_over();
  }

  bool has_partition(int days_from_today) const {
    return database.value("SELECT to_regclass('receipts_' || to_char((now() AT TIME ZONE 'UTC')::date + " +
                          std::to_string(days_from_today) + ", 'YYYYMMDD')) IS NOT NULL") == "t";
  }
  std::string table_of(const Uuid& id) const {
    return database.value("SELECT tableoid::regclass FROM receipts WHERE request_id = '" + id.text() + "'");
  }
  std::string day_name(Timestamp moment) const {
    return database.value("SELECT 'receipts_' || to_char(to_timestamp(" +
                          std::to_string(moment.time_since_epoch().count() / 1'000'000) +
                          ") AT TIME ZONE 'UTC', 'YYYYMMDD')");
  }
  AppendOutcome append_with(const Uuid& id, std::int64_t expected = 0) {
    auto entry = desk.entry(lane0, "a", expected);
    entry.receipt->request_id = id;
    return desk.append(entry).outcome;
  }

  Database database;
  JournalDesk desk;
};

TEST_F(JournalReceipts, AFreshJournalHasRoomForTheRetentionAndTwoDaysMore) {
  for (int day = -7; day <= 2; ++day) EXPECT_TRUE(has_partition(day)) << day;
  EXPECT_FALSE(has_partition(3));
}

TEST_F(JournalReceipts, AReceiptLiesInThePartitionOfItsIdsOwnDay) {
  const Timestamp then = system_now() - hours(24 * 5);
  const Uuid old = make_uuid_v7(then);
  ASSERT_EQ(append_with(old), AppendOutcome::stored);
  EXPECT_EQ(table_of(old), day_name(then));
  EXPECT_EQ(append_with(old, 1), AppendOutcome::duplicate);
}

TEST_F(JournalReceipts, AnIdWithoutATimeLiesInThePartitionWithoutADay) {
  Uuid id = make_uuid_v7(system_now());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x50);
  ASSERT_EQ(append_with(id), AppendOutcome::stored);
  EXPECT_EQ(table_of(id), "receipts_19700101");
}

TEST_F(JournalReceipts, AnIdBeyondEveryPartitionStoresNothing) {
  EXPECT_EQ(append_with(make_uuid_v7(system_now() + hours(24 * 10))), AppendOutcome::broken);
  EXPECT_EQ(append_with(make_uuid_v7(system_now() - hours(24 * 30))), AppendOutcome::broken);
  EXPECT_EQ(database.value("SELECT count(*) FROM events"), "0");
}

TEST_F(JournalReceipts, UpkeepMakesTheComingDaysAndDropsThosePastTheRetention) {
  database.run("DROP TABLE receipts_" + day_name(system_now() + hours(48)).substr(9));
  ASSERT_FALSE(has_partition(2));
  ASSERT_EQ(append_with(make_uuid_v7(system_now() - hours(24 * 5))), AppendOutcome::stored);
  const Uuid young = make_uuid_v7(system_now());
  ASSERT_EQ(append_with(young, 1), AppendOutcome::stored);

  ASSERT_TRUE(desk.session->keep_receipts(hours(24 * 3)));
  EXPECT_TRUE(has_partition(2));
  EXPECT_TRUE(has_partition(-3));
  EXPECT_FALSE(has_partition(-4));
  EXPECT_EQ(database.value("SELECT count(*) FROM receipts"), "1");
  EXPECT_NE(table_of(young), "");
  EXPECT_EQ(append_with(make_uuid_v7(system_now() + hours(48)), 2), AppendOutcome::stored);
}

TEST_F(JournalReceipts, UpkeepMayRunAgainAtAnyTime) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(desk.session->keep_receipts(week));
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'receipts'::regclass"), "11");
}

TEST_F(JournalReceipts, UpkeepSweepsMoreThanOneHelpingOfIdsWithoutATime) {
  database.run(
      "INSERT INTO receipts SELECT '1970-01-01', 'cart', 0, gen_random_uuid(), 'c', 'Cart', 'a', '', 1, 1, '',"
      " now() - interval '8 days' FROM generate_series(1, 45000)");
  ASSERT_TRUE(desk.session->keep_receipts(week));
  EXPECT_EQ(database.value("SELECT count(*) FROM receipts"), "0");
}

TEST_F(JournalReceipts, UpkeepNeverWaitsForAnAppendUnderWay) {
  auto options = database.options();
  options.idle_in_transaction_timeout = std::chrono::milliseconds(0);
  const auto appending = journal::open_session(options);
  (void)(*appending)->script("BEGIN; SELECT count(*) FROM receipts WHERE day = '1970-01-01'");
  ASSERT_TRUE(desk.session->keep_receipts(week));
}

TEST_F(JournalReceipts, ARetentionOfNothingIsRefused) {
  EXPECT_FALSE(desk.session->keep_receipts(hours(0)));
  EXPECT_TRUE(desk.session->usable());
}

}  // namespace
}  // namespace keel::test

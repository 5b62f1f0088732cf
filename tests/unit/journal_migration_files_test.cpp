#include <gtest/gtest.h>

#include <algorithm>

#include "journal/postgres_journal.hpp"
#include "journal/schema.hpp"

namespace keel::journal {
namespace {

TEST(MigrationFiles, TheUpwardPartLiesBetweenItsMarks) {
  EXPECT_EQ(upward_part("-- Why\n\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"), "\nSELECT 1;");
  EXPECT_EQ(upward_part("-- migrate:up\nSELECT 1;\n"), "\nSELECT 1;\n");
}

TEST(MigrationFiles, TheMarkOnlyCountsAtTheStartOfALine) {
  EXPECT_EQ(upward_part("SELECT 1; -- migrate:up\n"), "");
  EXPECT_EQ(upward_part(""), "");
}

TEST(MigrationFiles, OfTheJournalStandInOrderAndSayWhyFirst) {
  const auto files = journal_migrations();
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(std::ranges::adjacent_find(files, std::ranges::greater_equal{}, &Migration::version), files.end());
  for (const Migration& file : files) {
    EXPECT_TRUE(file.file.starts_with(file.version)) << file.file;
    EXPECT_TRUE(file.sql.starts_with("-- Why: ")) << file.file;
    EXPECT_FALSE(upward_part(file.sql).empty()) << file.file;
  }
}

TEST(ReceiptDays, AreTheIdsOwnUtcDay) {
  const Timestamp last_moment = std::chrono::sys_days(std::chrono::year(2025) / 3 / 1) - std::chrono::milliseconds(1);
  EXPECT_EQ(receipt_day(make_uuid_v7(last_moment)), 20147);
  EXPECT_EQ(receipt_day(make_uuid_v7(last_moment + std::chrono::milliseconds(1))), 20148);
}

TEST(ReceiptDays, AnIdWithoutATimeHasTheFirstDay) {
  EXPECT_EQ(receipt_day(uuid_v5_from_digest({})), 0);
  EXPECT_EQ(receipt_day(*parse_uuid("9b2d6f0e-4c2a-4b5e-8f3a-0123456789ab")), 0);
}

}  // namespace
}  // namespace keel::journal

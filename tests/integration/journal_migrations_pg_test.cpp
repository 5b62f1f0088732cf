#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::check_journal;
using journal::check_schema;
using journal::journal_migrations;
using journal::migrate;
using journal::migrate_journal;
using journal::Migration;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Migration first{"0001", "0001_first.sql", "-- Why: …\n\n-- migrate:up\nCREATE TABLE one (a text);\n"};
constexpr Migration second{"0002", "0002_second.sql",
                           "-- migrate:up\nINSERT INTO one VALUES ('x');\nCREATE TABLE two (a text)\n"
                           "-- migrate:down\nDROP TABLE one;\n"};
constexpr Migration wrong{"0003", "0003_wrong.sql", "-- migrate:up\nCREATE TABLE three (a text);\nSELECT 1/0;\n"};
constexpr Migration empty{"0004", "0004_empty.sql", "CREATE TABLE four (a text);\n"};

Database fresh() { return Cluster::shared().empty_database(); }

bool has_table(const Database& database, const std::string& name) {
  return database.value("SELECT to_regclass('" + name + "') IS NOT NULL") == "t";
}

TEST(Migrations, AreAppliedInOrderAndOnlyOnce) {
  const Database database = fresh();
  const std::vector<Migration> files = {first, second};
  const auto report = migrate(database.dsn, files);
  ASSERT_TRUE(report) << report.fault().what;
  EXPECT_THAT(report->applied, ElementsAre("0001_first.sql", "0002_second.sql"));
  const auto again = migrate(database.dsn, files);
  EXPECT_THAT(again->applied, IsEmpty());
  EXPECT_EQ(again->present, 2u);
  EXPECT_EQ(database.value("SELECT count(*) FROM one"), "1");
  EXPECT_EQ(database.value("SELECT string_agg(version, ' ' ORDER BY version) FROM schema_migrations"), "0001 0002");
}

TEST(Migrations, APendingOneIsAppliedOnTopOfTheOthers) {
  const Database database = fresh();
  ASSERT_TRUE(migrate(database.dsn, std::vector{first}));
  EXPECT_THAT(migrate(database.dsn, std::vector{first, second})->applied, ElementsAre("0002_second.sql"));
}

TEST(Migrations, AFailingFileLeavesNothingOfItselfAndNamesItself) {
  const Database database = fresh();
  const auto report = migrate(database.dsn, std::vector{first, second, wrong});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.fault().what, HasSubstr("0003_wrong.sql"));
  EXPECT_THAT(report.fault().what, HasSubstr("division by zero"));
  EXPECT_FALSE(has_table(database, "three"));
  EXPECT_TRUE(has_table(database, "two"));
  EXPECT_EQ(database.value("SELECT max(version) FROM schema_migrations"), "0002");
}

TEST(Migrations, AFileWithoutAnUpwardPartIsRefused) {
  const auto report = migrate(fresh().dsn, std::vector{empty});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.fault().what, HasSubstr("-- migrate:up"));
}

TEST(Migrations, ManyProcessesMayMigrateAtOnce) {
  const Database database = fresh();
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (!migrate_journal(database.dsn, {{"cart", "inventory"}, 4})) ++failed;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(database.value("SELECT count(*) FROM journal"), "1");
  EXPECT_EQ(database.value("SELECT count(*) FROM lanes"), "8");
}

TEST(Migrations, ADatabaseThatIsTooOldIsRefusedWithWhatIsMissing) {
  const Database database = fresh();
  EXPECT_FALSE(check_schema(database.dsn, std::vector{first}));
  ASSERT_TRUE(migrate(database.dsn, std::vector{first}));
  EXPECT_TRUE(check_schema(database.dsn, std::vector{first}));
  const auto checked = check_schema(database.dsn, std::vector{first, second});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("0002_second.sql"));
  EXPECT_THAT(checked.fault().what, HasSubstr("keel migrate"));
}

TEST(Migrations, ADatabaseThatIsTooNewIsRefusedAndLeftAlone) {
  const Database database = fresh();
  ASSERT_TRUE(migrate(database.dsn, std::vector{first, second}));
  const auto checked = check_schema(database.dsn, std::vector{first});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("0002"));
  const auto migrated = migrate(database.dsn, std::vector{first, empty});
  ASSERT_FALSE(migrated);
  EXPECT_THAT(migrated.fault().what, HasSubstr("newer than this binary"));
}

TEST(Migrations, TwoSchemasMayShareADatabase) {
  const Database database = fresh();
  ASSERT_TRUE(migrate(database.dsn, std::vector{first}));
  const auto other = migrate(database.dsn, std::vector{second}, {"other_migrations"});
  ASSERT_TRUE(other) << other.fault().what;
  EXPECT_TRUE(check_schema(database.dsn, std::vector{first}));
  EXPECT_TRUE(check_schema(database.dsn, std::vector{second}, {"other_migrations"}));
}

// -- the journal -----------------------------------------------------------------------------------------------------

TEST(JournalMigrations, MakeAJournalOfThisServer) {
  const Database database = fresh();
  const auto report = migrate_journal(database.dsn, {{"cart", "inventory"}, 8});
  ASSERT_TRUE(report) << report.fault().what;
  EXPECT_TRUE(report->created);
  EXPECT_THAT(report->migrations.applied, SizeIs(journal_migrations().size()));
  EXPECT_THAT(report->contexts_added, ElementsAre("cart", "inventory"));
  EXPECT_EQ(report->identity.lane_count, 8);
  EXPECT_EQ(report->identity.hash, "fnv1a64");
  EXPECT_EQ(report->identity.system_identifier, database.value("SELECT system_identifier FROM pg_control_system()"));
  EXPECT_EQ(std::to_string(report->identity.timeline),
            database.value("SELECT timeline_id FROM pg_control_checkpoint()"));
  EXPECT_EQ(database.value("SELECT count(*) FROM lanes WHERE context = 'cart' AND owner IS NULL AND epoch = 0"), "8");
}

TEST(JournalMigrations, KeepTheJournalWhenRunAgain) {
  const Database database = fresh();
  const auto once = migrate_journal(database.dsn, {{"cart"}, 8});
  const auto again = migrate_journal(database.dsn, {{"cart"}, 8});
  ASSERT_TRUE(once && again);
  EXPECT_FALSE(again->created);
  EXPECT_THAT(again->contexts_added, IsEmpty());
  EXPECT_EQ(once->identity.incarnation, again->identity.incarnation);
}

/// Whether the statement is refused because a key holds its row already.
bool refused_by_a_key(const Database& database, const std::string& statement) {
  return database.value("DO $$ BEGIN " + statement + "; RAISE EXCEPTION 'taken';" +
                        " EXCEPTION WHEN unique_violation THEN PERFORM set_config('test.refused', 'yes', false);"
                        " WHEN raise_exception THEN PERFORM set_config('test.refused', 'no', false); END $$;"
                        " SELECT current_setting('test.refused')") == "yes";
}

TEST(JournalMigrations, NewKeysKeepWhatAnOlderJournalHoldsAndRefuseTheSame) {
  const Database database = fresh();
  const auto all = journal_migrations();
  const auto keys = std::ranges::find(all, "0011", &Migration::version);
  ASSERT_TRUE(migrate(database.dsn, {all.begin(), keys}));
  const std::string event =
      "INSERT INTO events VALUES ('cart', 3, 1, 1, 'Cart', 'a', 1, 'keel.cart.v1.ItemAdded', '', '', now())";
  const std::string receipt =
      "INSERT INTO receipts VALUES ('1970-01-01', 'cart', 3, '5f1d7a1e-0000-4000-8000-000000000001', 'anonymous', "
      "'Cart',"
      " 'a', '', 1, 1, '', now())";
  database.run(event + ";" + receipt);

  const auto report = migrate_journal(database.dsn, {{"cart"}, 8});
  ASSERT_TRUE(report) << report.fault().what;
  EXPECT_EQ(database.value("SELECT aggregate_id || version FROM events"), "a1");
  EXPECT_EQ(database.value("SELECT count(*) FROM receipts"), "1");
  EXPECT_TRUE(refused_by_a_key(database, event));
  EXPECT_TRUE(refused_by_a_key(database, receipt));
  const std::string same_version =
      "INSERT INTO events VALUES ('cart', 3, 2, 1, 'Cart', 'a', 1, 'keel.cart.v1.ItemAdded', '', '', now())";
  EXPECT_TRUE(refused_by_a_key(database, same_version));
  const std::string next =
      "INSERT INTO events VALUES ('cart', 3, 2, 1, 'Cart', 'a', 2, 'keel.cart.v1.ItemAdded', '', '', now())";
  EXPECT_FALSE(refused_by_a_key(database, next));
}

TEST(JournalMigrations, TwoJournalsAreTwoIncarnations) {
  EXPECT_NE(migrate_journal(fresh().dsn, {{"cart"}, 8})->identity.incarnation,
            migrate_journal(fresh().dsn, {{"cart"}, 8})->identity.incarnation);
}

TEST(JournalMigrations, GiveANewContextItsLanes) {
  const Database database = fresh();
  ASSERT_TRUE(migrate_journal(database.dsn, {{"cart"}, 8}));
  const auto checked = check_journal(database.dsn, {{"cart", "purchase"}, 8});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("'purchase'"));
  EXPECT_THAT(checked.fault().what, HasSubstr("keel migrate"));
  EXPECT_THAT(migrate_journal(database.dsn, {{"cart", "purchase"}, 8})->contexts_added, ElementsAre("purchase"));
  EXPECT_TRUE(check_journal(database.dsn, {{"cart", "purchase"}, 8}));
}

TEST(JournalMigrations, NeverChangeTheLaneCount) {
  const Database database = fresh();
  ASSERT_TRUE(migrate_journal(database.dsn, {{"cart"}, 8}));
  const auto migrated = migrate_journal(database.dsn, {{"cart", "purchase"}, 16});
  ASSERT_FALSE(migrated);
  EXPECT_THAT(migrated.fault().what, HasSubstr("8 lanes"));
  EXPECT_EQ(database.value("SELECT count(*) FROM lanes"), "8");
  EXPECT_FALSE(check_journal(database.dsn, {{"cart"}, 16}));
}

TEST(JournalMigrations, AnEmptyDatabaseIsTooOld) {
  const auto checked = check_journal(fresh().dsn, {{"cart"}, 8});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("0001_journal.sql"));
}

}  // namespace
}  // namespace keel::test

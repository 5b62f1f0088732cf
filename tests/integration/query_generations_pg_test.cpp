#include <gtest/gtest.h>

#include "query/held_generations.hpp"
#include "query/postgres_generations.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_table_sql.hpp"
#include "support/sample_projection.hpp"

// What a generation's tables are: made once, read by one role and written by another, found by index.
namespace keel::query {
namespace {

TEST(Generations, AreMadeOnceAndLeftAlone) {
  const auto database = sample_read_store();
  const ReadModel models[] = {{{sample_projection()}, {}}};
  EXPECT_EQ(make_first_generations(database.dsn, models)->size(), 0U);
  database.run("UPDATE projections SET version = 9");
  EXPECT_TRUE(make_first_generations(database.dsn, models)->empty());
  EXPECT_EQ(database.value("SELECT version FROM projections"), "9");
}

TEST(Generations, TheQueryRoleReadsAndNeverWrites) {
  const auto database = sample_read_store();
  EXPECT_NO_THROW(database.run("SET ROLE keel_query; SELECT * FROM things_g1, checkpoints, parked, projections"));
  EXPECT_ANY_THROW(database.run("SET ROLE keel_query; DELETE FROM things_g1"));
  EXPECT_ANY_THROW(database.run("SET ROLE keel_query; UPDATE checkpoints SET position = 0"));
  EXPECT_ANY_THROW(database.run("SET ROLE keel_projector; UPDATE projections SET live = 2"));
  EXPECT_ANY_THROW(database.run("SET ROLE keel_projector; CREATE TABLE t (a int)"));
}

/// What EXPLAIN says of a statement whose parameters are replaced by small arrays.
std::string plan_of(postgres::Session& session, std::string sql, const Table& table) {
  const auto replace = [&sql](const std::string& parameter, const std::string& literal) {
    for (auto at = sql.find(parameter); at != std::string::npos; at = sql.find(parameter)) {
      sql.replace(at, parameter.size(), literal);
    }
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    replace("$" + std::to_string(i + 1) + "::text[]", "ARRAY['a', 'b']::text[]");
    replace("$" + std::to_string(i + 1) + "::bigint[]", "ARRAY[1, 2]::bigint[]");
  }
  const auto answer = session.script("EXPLAIN " + sql);
  EXPECT_TRUE(answer.ok()) << sql;
  std::string plan;
  for (int row = 0; answer.ok() && row < answer.size(); ++row) plan += answer.text(row, 0) + "\n";
  return plan;
}

TEST(TableStatements, UseTheirIndicesOnEmptyTablesThatNobodyAnalysed) {
  const ReadModel models[] = {carts(), stock(), purchases()};
  const auto database = test::read_database(test::Cluster::shared(), models);
  auto session = open_session(database.dsn, {});
  ASSERT_TRUE(session);
  for (const auto& model : models) {
    for (const auto& table : model.projections.front().tables) {
      const auto sql = table_sql(table, 1);
      for (const auto& statement : {sql.read, sql.erase}) {
        const auto plan = plan_of(**session, statement, table);
        EXPECT_NE(plan.find("Index"), std::string::npos) << plan;
        EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
      }
      if (table.name != "availability" && table.name != "purchases") continue;
      const auto plan = plan_of(**session, sql.changes, table);
      EXPECT_NE(plan.find(table.name + "_g1_changes"), std::string::npos) << plan;
    }
  }
}

/// Whether somebody could drop it now.
bool free_to_drop(postgres::Session& session, std::int64_t generation) {
  if (!session.script("BEGIN; SET LOCAL lock_timeout = 50").ok()) return false;
  const auto answer = session.run(await_readers_sql(), postgres::Parameters().text("things").bigint(generation));
  session.script("ROLLBACK");
  return answer.ok();
}

TEST(HeldGenerations, AreFreeWhenNobodyKeepsThemHoweverOftenTheyWereHeld) {
  const auto database = sample_read_store();
  const auto reader = *open_session(database.dsn, {});
  const auto dropper = *open_session(database.dsn, {});
  HeldGenerations held("things");
  auto hold = held.hold(*reader, 1);
  EXPECT_FALSE(free_to_drop(*dropper, 1));
  EXPECT_TRUE(free_to_drop(*dropper, 2));
  hold.reset();
  hold = held.hold(*reader, 1);  // before it was given back, as when a roll-back comes quickly
  held.let_go(*reader);
  EXPECT_FALSE(free_to_drop(*dropper, 1));
  hold.reset();
  held.let_go(*reader);
  EXPECT_TRUE(free_to_drop(*dropper, 1));
}

TEST(HeldGenerations, AreTakenAnewByTheNextSession) {
  const auto database = sample_read_store();
  auto reader = *open_session(database.dsn, {});
  const auto dropper = *open_session(database.dsn, {});
  HeldGenerations held("things");
  const auto kept = held.hold(*reader, 1);
  held.hold(*reader, 2).reset();
  reader = *open_session(database.dsn, {});
  held.take_anew(*reader);
  EXPECT_FALSE(free_to_drop(*dropper, 1));
  EXPECT_TRUE(free_to_drop(*dropper, 2));
}

}  // namespace
}  // namespace keel::query

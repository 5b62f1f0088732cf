#include "journal/ownership.hpp"

#include <gtest/gtest.h>

#include "journal/postgres_journal.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {
namespace {

using journal::OwnershipState;

struct Listener : journal::OwnershipHost {
  void took_over(std::span<const journal::ContextLanes> contexts) override {
    held.assign(contexts.begin(), contexts.end());
  }
  void lost(std::string_view) override { held.clear(); }
  void standing_by(std::span<const journal::Rival> rivals) override { waits_for = rivals.front().owner; }
  void faulted(const Fault&) override { ++faults; }

  std::vector<journal::ContextLanes> held;
  std::string waits_for;
  int faults = 0;
};

/// A process with its name, its listener and its ownership.
struct Process {
  Process(const Database& database, const std::string& name, bool forced = false)
      : ownership({make_uuid_v7(system_now()), name}, {"cart", "inventory"}, opener(database, name), listener,
                  {std::chrono::milliseconds(1000), forced}) {}

  static journal::OpenJournal opener(const Database& database, const std::string& name) {
    auto options = database.options();
    options.application_name = name;
    return journal::PostgresJournal::opener(options);
  }

  Listener listener;
  journal::Ownership ownership;
};

class OwnershipInPostgres : public ::testing::Test {
 protected:
  Database database = Cluster::shared().journal_database({{"cart", "inventory"}, 4});
  Process us{database, "us"};
  Process standby{database, "standby"};
};

TEST_F(OwnershipInPostgres, StandsByUntilTheOwnersBackEndIsGone) {
  us.ownership.step();
  ASSERT_EQ(us.ownership.state(), OwnershipState::owning);
  standby.ownership.step();
  EXPECT_EQ(standby.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(standby.listener.waits_for.substr(0, 3), "us ");

  database.terminate("us");
  standby.ownership.step();
  EXPECT_EQ(standby.ownership.state(), OwnershipState::owning);
  ASSERT_EQ(standby.listener.held.size(), 2U);
  EXPECT_EQ(standby.listener.held[0].lanes[0].epoch, Epoch{2});
}

TEST_F(OwnershipInPostgres, LosesNothingWhenABeatIsLostAndNobodyWaits) {
  us.ownership.step();
  database.terminate("us");
  us.ownership.step();
  us.ownership.step();
  EXPECT_EQ(us.listener.faults, 1);
  standby.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(standby.ownership.state(), OwnershipState::standby);
}

TEST_F(OwnershipInPostgres, GoesToTheStandbyAtOnceWhenTheOwnerStops) {
  us.ownership.step();
  standby.ownership.step();
  EXPECT_TRUE(us.ownership.stop());
  EXPECT_EQ(database.value("SELECT count(*) FROM lanes WHERE owner IS NOT NULL"), "0");
  standby.ownership.step();
  EXPECT_EQ(standby.ownership.state(), OwnershipState::owning);
}

TEST_F(OwnershipInPostgres, IsGivenUpWholeByTheFencedAndComesBackWhenFree) {
  us.ownership.step();
  Process thief(database, "thief", true);
  thief.ownership.step();
  ASSERT_EQ(thief.ownership.state(), OwnershipState::owning);

  us.ownership.fenced("cart", "epoch 2");
  us.ownership.step();
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  EXPECT_TRUE(us.listener.held.empty());
  EXPECT_EQ(database.value("SELECT count(DISTINCT owner) FROM lanes"), "1");

  EXPECT_TRUE(thief.ownership.stop());
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(us.listener.held.size(), 2U);
}

}  // namespace
}  // namespace keel::test

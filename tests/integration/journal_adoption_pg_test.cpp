#include <gmock/gmock.h>

#include <fstream>

#include "integration/journal_desk.hpp"
#include "journal/adoption.hpp"

namespace keel::test {
namespace {

using journal::adopt;
using journal::AppendOutcome;
using journal::check_identity;
using journal::Seen;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Lane lane1{1};

class Adoption : public ::testing::Test {
 protected:
  Adoption() : database(Cluster::shared().journal_database({{"cart"}, 4})) {
    JournalDesk desk(database.options());
    desk.take_over();
    EXPECT_EQ(desk.append(desk.entry(lane1, "a", 0, 3)).outcome, AppendOutcome::stored);
    EXPECT_TRUE(desk.session->give_up(desk.owner));
    incarnation = desk.session->identity()->incarnation;
  }

  void move_to_another_server() const { database.run("UPDATE journal SET system_identifier = 'elsewhere'"); }
  Uuid present() const { return JournalDesk(database.options()).session->identity()->incarnation; }
  Seen seen(std::int64_t place) const { return {"checkpoint carts", "cart", lane1, Position{place}, incarnation}; }

  Database database;
  Uuid incarnation;
};

TEST_F(Adoption, AJournalOnItsOwnServerIsAtHome) { EXPECT_TRUE(check_identity(database.dsn)); }

TEST_F(Adoption, AJournalOfAnotherServerIsRefusedWithTheCommandThatMendsIt) {
  move_to_another_server();
  const auto checked = check_identity(database.dsn);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("elsewhere"));
  EXPECT_THAT(checked.fault().what, HasSubstr("keel journal adopt"));
}

TEST_F(Adoption, AJournalOfAnotherTimelineIsRefused) {
  database.run("UPDATE journal SET timeline = timeline + 1");
  EXPECT_FALSE(check_identity(database.dsn));
}

TEST_F(Adoption, TheIncarnationStaysWhenNobodySawMore) {
  move_to_another_server();
  const auto adopted = adopt(database.dsn, std::vector{seen(3), seen(1)});
  ASSERT_TRUE(adopted) << adopted.fault().what;
  EXPECT_TRUE(adopted->kept());
  EXPECT_EQ(present(), incarnation);
  EXPECT_TRUE(check_identity(database.dsn));
}

TEST_F(Adoption, ALostTailMakesANewIncarnation) {
  move_to_another_server();
  const auto adopted = adopt(database.dsn, std::vector{seen(3), seen(4)});
  ASSERT_TRUE(adopted) << adopted.fault().what;
  EXPECT_FALSE(adopted->kept());
  ASSERT_THAT(adopted->ahead, SizeIs(1));
  EXPECT_EQ(adopted->ahead[0].seen.position, Position{4});
  EXPECT_EQ(adopted->ahead[0].head, Position{3});
  EXPECT_EQ(adopted->before, incarnation);
  EXPECT_EQ(present(), adopted->after);
  EXPECT_NE(present(), incarnation);
  EXPECT_TRUE(check_identity(database.dsn));
}

TEST_F(Adoption, WhatWasSeenOfALaneThatIsGoneIsAhead) {
  const Seen gone{"topic keel.cart.events.v1", "cart", Lane{77}, Position{1}, incarnation};
  EXPECT_FALSE(adopt(database.dsn, std::vector{gone})->kept());
}

TEST_F(Adoption, WhatWasSeenOfAnotherIncarnationProvesNothing) {
  Seen old = seen(100);
  old.incarnation = make_uuid_v7(system_now());
  EXPECT_TRUE(adopt(database.dsn, std::vector{old})->kept());
}

TEST_F(Adoption, AnUnknownContextIsAFaultAndChangesNothing) {
  move_to_another_server();
  const Seen unknown{"checkpoint", "nowhere", lane1, Position{1}, incarnation};
  EXPECT_FALSE(adopt(database.dsn, std::vector{unknown}));
  EXPECT_FALSE(check_identity(database.dsn));
}

TEST_F(Adoption, IsRefusedWhileSomebodyOwnsLanes) {
  JournalDesk desk(database.options());
  desk.take_over();
  const auto adopted = adopt(database.dsn, std::vector{seen(4)});
  ASSERT_FALSE(adopted);
  EXPECT_THAT(adopted.fault().what, HasSubstr("desk"));
  EXPECT_EQ(present(), incarnation);
}

TEST(AdoptionOfARecoveredServer, AnArchiveRecoveryMovesTheTimelineAndIsNoticed) {
  Cluster cluster({false, {"restore_command = '/bin/false'"}});
  const Database database = cluster.journal_database({{"cart"}, 4});
  ASSERT_TRUE(check_identity(database.dsn));
  cluster.stop_fast();
  std::ofstream(cluster.data_folder() / "recovery.signal") << "";
  cluster.start();
  const auto checked = check_identity(database.dsn);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("timeline 2"));
  EXPECT_TRUE(adopt(database.dsn, {})->kept());
  EXPECT_TRUE(check_identity(database.dsn));
}

}  // namespace
}  // namespace keel::test

#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

class WriterRound : public WriterDesk {};

TEST_F(WriterRound, StoresAnEntryAndSaysWhereItStands) {
  auto cart = aggregate("a");
  command(cart, 1, 2);
  work();
  EXPECT_EQ(cart.story(), "1 stored 2@2");
  EXPECT_EQ(stored_payloads(0), (std::vector<std::string>{"e1", "e1"}));
  EXPECT_FALSE(cart.player->has_ended);
}

TEST_F(WriterRound, StoresEverythingThatWaitsInOneBatch) {
  auto one = aggregate("a", 0);
  auto two = aggregate("b", 3);
  command(one, 1);
  command(two, 2);
  command(one, 3);
  work();
  EXPECT_EQ(ear.batch_sizes, (std::vector<std::size_t>{3}));
  EXPECT_EQ(one.story(), "1 stored 1@1, 2 stored 2@2");
  EXPECT_EQ(two.story(), "1 stored 1@1");
}

TEST_F(WriterRound, HandsOverTheEventsAsTheJournalHasThem) {
  auto one = aggregate("a", 0);
  auto two = aggregate("b", 3);
  command(one, 1, 2);
  command(two, 2);
  command(one, 3);
  work();
  command(two, 4);
  work();
  std::map<Lane, std::vector<journal::RecordedEvent>> heard;
  for (const auto& event : ear.stored) heard[event->lane].push_back(*event);
  EXPECT_EQ(heard[Lane{0}], store->events("cart", Lane{0}));
  EXPECT_EQ(heard[Lane{3}], store->events("cart", Lane{3}));
  EXPECT_EQ(ear.stored.size(), 5U);
}

TEST_F(WriterRound, DeliversAllOutcomesOfAnIncarnationInOneCall) {
  auto cart = aggregate("a");
  command(cart, 1);
  answer(cart, 2);
  command(cart, 3);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 stands @2, 3 stored 2@2");
  EXPECT_EQ(cart.player->calls, 1U);
}

TEST_F(WriterRound, NeverTellsAnOutcomeBeforeTheCommit) {
  auto cart = aggregate("a");
  command(cart, 1);
  hooks->append = [&](const auto& call) {
    EXPECT_TRUE(cart.player->told.empty());
    return call();
  };
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1");
}

TEST_F(WriterRound, CutsABatchAtItsCap) {
  std::vector<Aggregate> carts;
  for (int i = 0; i < 600; ++i) carts.push_back(aggregate("a" + std::to_string(i), i % 4));
  std::uint32_t request = 1;
  for (auto& cart : carts) command(cart, request++);
  EXPECT_EQ(writer.pending(), 600U);
  EXPECT_EQ(writer.work(), std::chrono::milliseconds(0));
  EXPECT_EQ(writer.pending(), 88U);
  EXPECT_EQ(writer.work(), std::nullopt);
  EXPECT_EQ(ear.batch_sizes, (std::vector<std::size_t>{512, 88}));
  for (const auto& cart : carts) EXPECT_EQ(cart.player->told.at(0).outcome.kind, Kind::stored);
}

TEST_F(WriterRound, CutsABatchAtItsBytes) {
  journal::WriterOptions options;
  options.max_batch_bytes = 20;
  journal::Writer small{"cart", owner, store->opener(), ear, &ear, options, [this] { return now; }};
  small.adopt_lanes({writer.lanes().begin(), writer.lanes().end()});
  auto player = std::make_shared<Player>();
  for (std::uint64_t i = 1; i <= 4; ++i) {
    journal::Entry entry;
    entry.aggregate = {"Cart", "a" + std::to_string(i)};
    entry.events.push_back({"t", "ten bytes!"});
    small.submit({entry, journal::next_incarnation(), i, now, player});
  }
  while (small.work()) {
  }
  EXPECT_EQ(ear.batch_sizes, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(player->told.size(), 4U);
}

TEST_F(WriterRound, GivesANoOpThePositionOfItsLanesLastEvent) {
  auto other = aggregate("b");
  auto cart = aggregate("a");
  command(other, 1, 3);
  command(cart, 2, 0);
  work();
  EXPECT_EQ(cart.story(), "1 stored 0@3");
  ASSERT_EQ(store->receipts("cart").size(), 2U);
  for (const auto& receipt : store->receipts("cart")) EXPECT_EQ(receipt.position, Position{3});
}

TEST_F(WriterRound, StoresTheSnapshotOfAPassivationWithoutReceipt) {
  auto cart = aggregate("a");
  command(cart, 1);
  snapshot(cart);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 stored 1@1");
  ASSERT_TRUE(store->snapshot("cart", cart.ref));
  EXPECT_EQ(store->snapshot("cart", cart.ref)->version, Version{1});
  EXPECT_EQ(store->receipts("cart").size(), 1U);
}

TEST_F(WriterRound, ComparesTheLoadedVersionUntilTheFirstAppendIsConfirmedAndOnlyThen) {
  std::vector<std::vector<bool>> checks;
  hooks->sees = [&](const journal::Batch& batch) {
    checks.emplace_back();
    for (const auto* entry : batch.entries) checks.back().push_back(entry->check_version);
  };
  store->fail_next_append(AppendOutcome::try_again);
  auto cart = aggregate("a");
  command(cart, 1);
  command(cart, 2);
  work_through_pauses();
  command(cart, 3);
  work();
  EXPECT_EQ(checks, (std::vector<std::vector<bool>>{{true, false}, {true, false}, {false}}));
}

TEST_F(WriterRound, DropsAnIncarnationWhoseEntriesDoNotFollowOneAnother) {
  auto cart = aggregate("a");
  command(cart, 1);
  cart.version = Version{5};
  command(cart, 2);
  command(cart, 3);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 dropped restarted, 3 dropped restarted");
  EXPECT_TRUE(cart.player->has_ended);
  EXPECT_EQ(ear.bugs.size(), 1U);
}

TEST_F(WriterRound, DropsAnItemOfALaneThatItsContextDoesNotHave) {
  auto cart = aggregate("a", 4);
  auto other = aggregate("b");
  command(cart, 1);
  command(other, 2);
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted");
  EXPECT_EQ(other.story(), "1 stored 1@1");
  EXPECT_EQ(ear.bugs.size(), 1U);
}

TEST_F(WriterRound, TellsWhichLanesGrew) {
  auto cart = aggregate("a", 1);
  auto quiet = aggregate("b", 2);
  command(cart, 1, 2);
  command(quiet, 2, 0);
  work();
  EXPECT_EQ(ear.commits, (std::vector<std::string>{"1:2"}));
}

TEST_F(WriterRound, GoesOnWhereTheLaneEndsWhenTheLanesAreAdopted) {
  auto cart = aggregate("a");
  command(cart, 1, 3);
  work();
  writer.abandon_lanes();
  become_owner(owner, true);
  auto next = successor(cart, 3);
  command(next, 2);
  work();
  EXPECT_EQ(next.story(), "1 stored 4@4");
}

TEST_F(WriterRound, IsIdleOnlyWhenNothingWaits) {
  work();
  EXPECT_TRUE(writer.idle());
  auto cart = aggregate("a");
  command(cart, 1);
  EXPECT_FALSE(writer.idle());
  EXPECT_EQ(writer.pending(), 1U);
  work();
  EXPECT_TRUE(writer.idle());
  EXPECT_EQ(writer.pending(), 0U);
}

}  // namespace
}  // namespace keel::test

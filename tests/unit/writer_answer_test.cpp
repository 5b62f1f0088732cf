#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

class WriterAnswer : public WriterDesk {};

TEST_F(WriterAnswer, StandsWhenNothingSaysOtherwiseAndStoresNothing) {
  auto cart = aggregate("a");
  answer(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 stands @0");
  EXPECT_EQ(store->append_count(), 0U);
  EXPECT_TRUE(store->receipts("cart").empty());
}

TEST_F(WriterAnswer, IsLookedUpInOneReadARound) {
  auto one = aggregate("a", 0);
  auto two = aggregate("b", 1);
  answer(one, 1);
  answer(two, 2);
  answer(one, 3);
  work();
  EXPECT_EQ(ear.look_ups, (std::vector<std::size_t>{3}));
}

TEST_F(WriterAnswer, LosesAgainstAReceipt) {
  auto first = aggregate("a");
  command(first, 1);
  work();
  writer.close(first.ref, first.incarnation, [] {});
  work();
  auto next = successor(first, 1);
  answer(next, 1);
  answer(next, 2);
  work();
  ASSERT_EQ(next.story(), "1 repeated 1@1, 2 stands @1");
  EXPECT_EQ(next.player->told[0].outcome.receipt->reply, "reply 1");
}

TEST_F(WriterAnswer, OfAnIdWithAnotherBodyOrAggregateIsReused) {
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  auto other = aggregate("b");
  answer(cart, 1, /*body=*/77);
  answer(other, 1);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 reused");
  EXPECT_EQ(other.story(), "1 reused");
}

TEST_F(WriterAnswer, ByAReceiptDoesNotEndTheIncarnation) {
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  answer(cart, 1);
  work();
  EXPECT_FALSE(cart.player->has_ended);
  command(cart, 2);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 repeated 1@1, 3 stored 2@2");
}

TEST_F(WriterAnswer, OfARepeatThatJoinsItsFirstCallIsTheStoredOne) {
  auto cart = aggregate("a");
  command(cart, 1);
  answer(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 repeated 1@1");
}

TEST_F(WriterAnswer, IsReadOnlyAfterTheBatchBeforeItIsConfirmed) {
  auto cart = aggregate("a");
  auto other = aggregate("b");
  store->fail_next_append(AppendOutcome::try_again);
  command(cart, 1);
  answer(other, 2);
  work();
  EXPECT_TRUE(ear.look_ups.empty());
  EXPECT_EQ(other.story(), "");
  work_through_pauses();
  EXPECT_EQ(other.story(), "1 stands @1");
}

TEST_F(WriterAnswer, DecidedOnAnEntryThatWasDroppedIsDroppedToo) {
  auto cart = aggregate("a", 0, 5);
  command(cart, 1);
  answer(cart, 2);
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted, 2 dropped restarted");
}

TEST_F(WriterAnswer, IsFencedWhenAnotherEpochHoldsTheLane) {
  auto cart = aggregate("a");
  rival_takes_over();
  answer(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped fenced");
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"lost cart"}));
}

TEST_F(WriterAnswer, WaitsForAFreshSessionWhenTheReadFails) {
  auto cart = aggregate("a");
  store->fail_next_calls(1);
  answer(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "");
  work_through_pauses();
  EXPECT_EQ(cart.story(), "1 stands @0");
}

TEST_F(WriterAnswer, HoldsBackWhatComesAfterItSoThatTheOrderStays) {
  auto cart = aggregate("a");
  answer(cart, 1);
  command(cart, 2);
  hooks->diagnose = [](const auto&) { return Fault{Fault::Outcome::nothing_changed, "down"}; };
  work();
  EXPECT_EQ(stored_payloads(0).size(), 1U);
  EXPECT_EQ(cart.story(), "");
  hooks->diagnose = nullptr;
  work_through_pauses();
  EXPECT_EQ(cart.story(), "1 stands @1, 2 stored 1@1");
  EXPECT_EQ(store->append_count(), 1U);
}

TEST_F(WriterAnswer, TellsStoredEvenBehindAnAnswerThatWasDropped) {
  auto cart = aggregate("a");
  answer(cart, 1);
  command(cart, 2);
  hooks->diagnose = [](const auto&) { return Fault{Fault::Outcome::nothing_changed, "down"}; };
  work();
  now += patience + std::chrono::seconds(1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped journal_unavailable, 2 stored 1@1");
  EXPECT_TRUE(cart.player->has_ended);
}

}  // namespace
}  // namespace keel::test

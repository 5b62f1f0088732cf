#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

class WriterDiagnosis : public WriterDesk {
 protected:
  /// A cart that has stored request 1, and whose present life knows nothing of it.
  Aggregate forgetful(const std::string& id, std::uint32_t request) {
    auto first = aggregate(id);
    command(first, request);
    work();
    writer.close(first.ref, first.incarnation, [] {});
    work();
    ear = {};
    return successor(first, 1);
  }
};

TEST_F(WriterDiagnosis, AnswersARepeatWithTheStoredReceipt) {
  auto cart = forgetful("a", 1);
  command(cart, 1);
  work();
  ASSERT_EQ(cart.story(), "1 repeated 1@1");
  EXPECT_EQ(cart.player->told[0].outcome.receipt->reply, "reply 1");
  EXPECT_EQ(stored_payloads(0), (std::vector<std::string>{"e1"}));
}

TEST_F(WriterDiagnosis, EndsTheIncarnationWhoseEntryTurnedOutToBeARepeat) {
  auto cart = forgetful("a", 1);
  command(cart, 1);
  work();
  EXPECT_TRUE(cart.player->has_ended);
  command(cart, 2);
  answer(cart, 3);
  work();
  EXPECT_EQ(cart.story(), "1 repeated 1@1, 2 dropped restarted, 3 dropped restarted");
}

TEST_F(WriterDiagnosis, CallsAnIdWithAnotherBodyReused) {
  auto cart = forgetful("a", 1);
  command(cart, 1, 1, /*body=*/77);
  work();
  EXPECT_EQ(cart.story(), "1 reused");
}

TEST_F(WriterDiagnosis, CallsAnIdOfAnotherAggregateOfTheLaneReused) {
  (void)forgetful("a", 1);
  auto other = aggregate("b");
  command(other, 1);
  work();
  EXPECT_EQ(other.story(), "1 reused");
}

TEST_F(WriterDiagnosis, NeverPutsAMisusedIdBackIntoTheQueue) {
  auto cart = forgetful("a", 1);
  command(cart, 1, 1, 77);
  work();
  EXPECT_TRUE(writer.idle());
  EXPECT_EQ(ear.batch_sizes.size(), 1U);
}

TEST_F(WriterDiagnosis, TakesTheOffendersAggregateOutFromTheOffenderOn) {
  auto cart = forgetful("a", 1);
  command(cart, 2);
  command(cart, 1);
  command(cart, 3);
  answer(cart, 4);
  work();
  EXPECT_EQ(cart.story(), "1 stored 2@2, 2 repeated 1@1, 3 dropped restarted, 4 dropped restarted");
  EXPECT_EQ(stored_payloads(0), (std::vector<std::string>{"e1", "e2"}));
}

TEST_F(WriterDiagnosis, SendsTheRestAgainInOneStatement) {
  auto cart = forgetful("a", 1);
  std::vector<Aggregate> others;
  for (int i = 0; i < 20; ++i) others.push_back(aggregate("o" + std::to_string(i), i % 4));
  std::uint32_t request = 100;
  for (auto& other : others) command(other, request++);
  command(cart, 1);
  for (auto& other : others) command(other, request++);
  work();
  EXPECT_EQ(ear.batch_sizes, (std::vector<std::size_t>{41, 40}));
  EXPECT_EQ(cart.story(), "1 repeated 1@1");
  for (const auto& other : others) EXPECT_EQ(other.player->told.size(), 2U);
}

TEST_F(WriterDiagnosis, AnswersEveryIdThatHasAReceiptEvenBehindAnOffender) {
  auto first = aggregate("a");
  command(first, 1);
  command(first, 2);
  work();
  writer.close(first.ref, first.incarnation, [] {});
  work();
  auto cart = successor(first, 2);
  command(cart, 1);
  command(cart, 2);
  command(cart, 3);
  work();
  EXPECT_EQ(cart.story(), "1 repeated 1@1, 2 repeated 2@2, 3 dropped restarted");
}

TEST_F(WriterDiagnosis, LetsTheFirstOfTwoEqualIdsInABatchStandAndDropsTheSecond) {
  auto one = aggregate("a");
  auto two = aggregate("b");
  command(one, 1);
  command(two, 1);
  command(two, 2);
  work();
  EXPECT_EQ(one.story(), "1 stored 1@1");
  EXPECT_EQ(two.story(), "1 dropped restarted, 2 dropped restarted");
}

TEST_F(WriterDiagnosis, TakesEqualIdsOfTwoLanesForTwoCommands) {
  auto one = aggregate("a", 0);
  auto two = aggregate("b", 1);
  command(one, 1);
  command(two, 1);
  work();
  EXPECT_EQ(one.story(), "1 stored 1@1");
  EXPECT_EQ(two.story(), "1 stored 1@1");
}

TEST_F(WriterDiagnosis, DropsAnIncarnationThatWasLoadedTooEarly) {
  (void)forgetful("a", 1);
  auto stale = aggregate("a", 0, 0);
  auto other = aggregate("b");
  command(stale, 2);
  command(stale, 3);
  command(other, 4);
  work();
  EXPECT_EQ(stale.story(), "1 dropped restarted, 2 dropped restarted");
  EXPECT_EQ(other.story(), "1 stored 1@2");
  EXPECT_EQ(stored_payloads(0), (std::vector<std::string>{"e1", "e4"}));
}

TEST_F(WriterDiagnosis, LeavesRefusalsBeforeTheOffenderStanding) {
  auto cart = forgetful("a", 1);
  answer(cart, 2);
  command(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 stands @1, 2 repeated 1@1");
}

TEST_F(WriterDiagnosis, LooksAtTheEpochsFirst) {
  auto cart = forgetful("a", 1);
  command(cart, 1);
  hooks->diagnose = [&](const auto& call) {
    rival_takes_over();
    return call();
  };
  work();
  EXPECT_EQ(cart.story(), "1 dropped fenced");
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"lost cart"}));
}

TEST_F(WriterDiagnosis, GoesOnWithAFreshSessionWhenTheReadFails) {
  auto cart = forgetful("a", 1);
  command(cart, 1);
  store->fail_next_calls(1);
  work();
  EXPECT_EQ(cart.story(), "");
  work_through_pauses();
  EXPECT_EQ(cart.story(), "1 repeated 1@1");
  EXPECT_EQ(ear.faults, 1);
}

TEST_F(WriterDiagnosis, DistrustsEverythingWhenNobodyOffends) {
  auto cart = aggregate("a");
  auto idle = aggregate("b");
  command(idle, 1);
  work();
  store->fail_next_append(AppendOutcome::duplicate);
  command(cart, 2);
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted");
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"retaken epoch 2", "distrusted cart"}));
  EXPECT_EQ(ear.bugs.size(), 1U);
  EXPECT_TRUE(writer.owning());
  command(idle, 3);
  work();
  EXPECT_EQ(idle.story(), "1 stored 1@1, 2 dropped restarted");
}

class WriterBug : public WriterDesk, public ::testing::WithParamInterface<AppendOutcome> {};

TEST_P(WriterBug, IsNeverSentAgainAndDropsTheLanesActorsButKeepsTheLanes) {
  auto cart = aggregate("a");
  auto other = aggregate("b", 2);
  store->fail_next_append(GetParam());
  command(cart, 1);
  answer(other, 2);
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted");
  EXPECT_EQ(other.story(), "1 dropped restarted");
  EXPECT_EQ(store->append_count(), 1U);
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"retaken epoch 2", "distrusted cart"}));
  EXPECT_EQ(ear.bugs.size(), 1U);

  auto next = successor(cart, 0);
  command(next, 1);
  work();
  EXPECT_EQ(next.story(), "1 stored 1@1");
}

TEST_P(WriterBug, TakesNothingUntilTheLanesAreTakenAnew) {
  auto cart = aggregate("a");
  store->fail_next_append(GetParam());
  command(cart, 1);
  hooks->retake = [](const auto&) { return Fault{Fault::Outcome::nothing_changed, "down"}; };
  work();
  auto next = successor(cart, 0);
  command(next, 2);
  work();
  EXPECT_EQ(next.story(), "1 dropped restarted");
  EXPECT_TRUE(ear.heard.empty());
}

INSTANTIATE_TEST_SUITE_P(Bugs, WriterBug, ::testing::Values(AppendOutcome::misplaced, AppendOutcome::broken));

}  // namespace
}  // namespace keel::test

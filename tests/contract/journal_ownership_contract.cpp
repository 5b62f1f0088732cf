#include "contract/journal_contract.hpp"

namespace keel::test {

using journal::HeldLane;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(JournalContract, ATakeOverGivesEveryLaneOfEveryContextWithANewEpoch) {
  const auto before = epochs();
  const auto taken = take_over(journal(), owner_);
  ASSERT_THAT(taken.held, SizeIs(2));
  for (const auto& lanes : taken.held) ASSERT_THAT(lanes, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(taken.held[0][i].lane.value, static_cast<std::int32_t>(i));
    EXPECT_EQ(taken.held[0][i].epoch, before[i].next());
  }
}

TEST_P(JournalContract, ATakeOverAnswersInTheOrderAskedFor) {
  ASSERT_EQ(append({entry(lane2, "a", version(0), 3)}).outcome, AppendOutcome::stored);
  const std::vector<std::string> reversed = {world().other_context, context()};
  const auto taken = journal().take_over(owner_, reversed, false);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->held[0][2].last, position(0));
  EXPECT_EQ(taken->held[1][2].last, position(3));
}

TEST_P(JournalContract, ATakeOverTellsWhereTheLanesEnd) {
  ASSERT_EQ(append({entry(lane1, "a", version(0), 3), entry(lane3, "b", version(0))}).outcome, AppendOutcome::stored);
  const auto session = world().open();
  const auto taken = take_over(*session, fresh_owner("rival"), true);
  EXPECT_EQ(taken.held[0][0].last, position(0));
  EXPECT_EQ(taken.held[0][1].last, position(3));
  EXPECT_EQ(taken.held[0][3].last, position(1));
}

TEST_P(JournalContract, AnOwnerThatNeverBeatIsRefused) {
  const auto taken = journal().take_over(fresh_owner("unheard of"), contexts(), true);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.fault().outcome, Fault::Outcome::nothing_changed);
  EXPECT_TRUE(journal().usable());
}

TEST_P(JournalContract, AContextWithoutLanesIsRefusedWithTheCommandThatMendsIt) {
  const auto before = epochs();
  const std::vector<std::string> unknown = {context(), "nowhere"};
  const auto taken = journal().take_over(owner_, unknown, false);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.fault().what, HasSubstr("'nowhere'"));
  EXPECT_THAT(taken.fault().what, HasSubstr("keel migrate"));
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, LanesOfALivingOwnerAreNeverTakenUnforced) {
  const auto before = epochs();
  const auto session = world().open();
  const auto taken = take_over(*session, fresh_owner("rival"));
  EXPECT_THAT(taken.held, IsEmpty());
  ASSERT_THAT(taken.rivals, SizeIs(8));
  EXPECT_THAT(taken.rivals, Each(Field(&journal::Rival::owner, HasSubstr("the owner"))));
  EXPECT_EQ(taken.rivals[1].context, context());
  EXPECT_EQ(taken.rivals[1].lane, lane1);
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, NoneIsTakenWhenOneContextIsOwned) {
  const auto session = world().open();
  const auto rival = fresh_owner("rival");
  ASSERT_TRUE(session->beat(rival));
  ASSERT_TRUE(journal().give_up(owner_));
  const std::vector<std::string> only_other = {world().other_context};
  ASSERT_TRUE(journal().beat(owner_));
  ASSERT_THAT(journal().take_over(owner_, only_other, false)->held, SizeIs(1));

  const auto before = epochs();
  const auto taken = take_over(*session, rival);
  EXPECT_THAT(taken.held, IsEmpty());
  EXPECT_THAT(taken.rivals, Each(Field(&journal::Rival::context, world().other_context)));
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, ForceTakesFromALivingOwnerAndFencesIt) {
  const auto session = world().open();
  EXPECT_THAT(take_over(*session, fresh_owner("rival"), true).held, SizeIs(2));
  EXPECT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::fenced);
}

TEST_P(JournalContract, LanesWithoutAnOwnerAreFree) {
  ASSERT_TRUE(journal().give_up(owner_));
  const auto session = world().open();
  EXPECT_THAT(take_over(*session, fresh_owner("rival")).held, SizeIs(2));
}

TEST_P(JournalContract, LanesAreFreeWhenTheirOwnersBackEndIsGone) {
  auto beating = world().open();
  const auto owner = fresh_owner("short-lived");
  ASSERT_THAT(take_over(*beating, owner, true).held, SizeIs(2));
  const auto session = world().open();
  const auto rival = fresh_owner("rival");
  EXPECT_THAT(take_over(*session, rival).rivals, SizeIs(8));
  beating.reset();
  while (take_over(*session, rival).held.empty()) {
  }
  EXPECT_THAT(take_over(*session, rival).held, SizeIs(2));
}

TEST_P(JournalContract, LanesAreFreeWhenTheirOwnerWasNotSeenForTenSeconds) {
  const auto session = world().open();
  world().age_owner(owner_, seconds(11));
  EXPECT_THAT(take_over(*session, fresh_owner("rival")).held, SizeIs(2));
}

TEST_P(JournalContract, AnOwnerThatWasSeenNineSecondsAgoLives) {
  const auto session = world().open();
  world().age_owner(owner_, seconds(9));
  EXPECT_THAT(take_over(*session, fresh_owner("rival")).held, IsEmpty());
}

TEST_P(JournalContract, ABeatBringsAnOwnerBackToLife) {
  const auto session = world().open();
  world().age_owner(owner_, seconds(11));
  ASSERT_TRUE(journal().beat(owner_));
  EXPECT_THAT(take_over(*session, fresh_owner("rival")).held, IsEmpty());
}

TEST_P(JournalContract, ABeatTellsHowManyLanesAreStillTheOwners) {
  EXPECT_EQ(*journal().beat(owner_), 8U);
  const auto session = world().open();
  const auto thief = fresh_owner("thief");
  ASSERT_TRUE(session->beat(thief));
  const std::vector<std::string> only_other = {world().other_context};
  ASSERT_THAT(session->take_over(thief, only_other, true)->held, SizeIs(1));
  EXPECT_EQ(*journal().beat(owner_), 4U);
  EXPECT_EQ(*session->beat(thief), 4U);
}

TEST_P(JournalContract, ABeatCountsLanesThatWereTakenAnew) {
  ASSERT_THAT(*journal().retake(owner_, context(), std::vector{held(lane0), held(lane1)}), SizeIs(2));
  EXPECT_EQ(*journal().beat(owner_), 8U);
}

TEST_P(JournalContract, AnOwnerMayTakeItsOwnLanesAgain) {
  const auto before = epochs();
  EXPECT_THAT(take_over(journal(), owner_).held, SizeIs(2));
  EXPECT_EQ(epochs()[0], before[0].next());
}

TEST_P(JournalContract, GivingUpLeavesTheLanesOfOthers) {
  const auto session = world().open();
  const auto rival = fresh_owner("rival");
  ASSERT_THAT(take_over(*session, rival, true).held, SizeIs(2));
  ASSERT_TRUE(journal().give_up(owner_));
  const auto third = world().open();
  EXPECT_THAT(take_over(*third, fresh_owner("third")).rivals, Each(Field(&journal::Rival::owner, HasSubstr("rival"))));
}

TEST_P(JournalContract, GivingUpForgetsTheOwner) {
  ASSERT_TRUE(journal().give_up(owner_));
  EXPECT_FALSE(journal().take_over(owner_, contexts(), false));
}

// -- taking anew -----------------------------------------------------------------------------------------------------

TEST_P(JournalContract, ARetakeRaisesTheEpochsAndTellsWhereTheLanesEnd) {
  ASSERT_EQ(append({entry(lane1, "a", version(0), 2)}).outcome, AppendOutcome::stored);
  const auto anew = journal().retake(owner_, context(), std::vector{held(lane0), held(lane1)});
  ASSERT_TRUE(anew);
  ASSERT_THAT(*anew, SizeIs(2));
  EXPECT_EQ(anew->at(0).lane, lane0);
  EXPECT_EQ(anew->at(0).epoch, held(lane0).epoch.next());
  EXPECT_EQ(anew->at(0).last, position(0));
  EXPECT_EQ(anew->at(1).last, position(2));
}

TEST_P(JournalContract, ARetakeFencesWhoStillHasTheOldEpoch) {
  ASSERT_THAT(*journal().retake(owner_, context(), std::vector{held(lane0)}), SizeIs(1));
  EXPECT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::fenced);
  EXPECT_EQ(append({entry(lane1, "a", version(0))}).outcome, AppendOutcome::stored);
}

TEST_P(JournalContract, ARetakeOfAnotherEpochIsFenced) {
  auto stale = held(lane0);
  stale.epoch = Epoch{stale.epoch.value - 1};
  const auto before = epochs();
  EXPECT_THAT(*journal().retake(owner_, context(), std::vector{stale}), IsEmpty());
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, ARetakeOfSomebodyElsesLanesIsFenced) {
  const auto before = epochs();
  EXPECT_THAT(*journal().retake(fresh_owner("rival"), context(), std::vector{held(lane0)}), IsEmpty());
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, ARetakeTakesAllLanesOrNone) {
  auto stale = held(lane1);
  stale.epoch = Epoch{stale.epoch.value - 1};
  const auto before = epochs();
  EXPECT_THAT(*journal().retake(owner_, context(), std::vector{held(lane0), stale, held(lane2)}), IsEmpty());
  EXPECT_EQ(epochs(), before);
}

TEST_P(JournalContract, ARetakeAfterGivingUpIsFenced) {
  ASSERT_TRUE(journal().give_up(owner_));
  EXPECT_THAT(*journal().retake(owner_, context(), std::vector{held(lane0)}), IsEmpty());
}

TEST_P(JournalContract, ALostSessionIsUnusableForGood) {
  world().disconnect_all();
  EXPECT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::unknown);
  EXPECT_FALSE(journal().usable());
  EXPECT_FALSE(journal().heads(context()));
  EXPECT_EQ(append({entry(lane0, "a", version(0))}).outcome, AppendOutcome::unknown);
  EXPECT_FALSE(journal().usable());
}

TEST_P(JournalContract, AFreshSessionTakesAnewWhatALostOneHeld) {
  world().disconnect_all();
  const auto session = world().open();
  const auto anew = session->retake(owner_, context(), std::vector{held(lane0)});
  ASSERT_TRUE(anew);
  EXPECT_THAT(*anew, SizeIs(1));
}

}  // namespace keel::test

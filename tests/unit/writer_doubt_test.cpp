#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

using Lost = journal::InMemoryStore::Lost;

class WriterDoubt : public WriterDesk {
 protected:
  static Result<std::vector<journal::HeldLane>> no_answer() { return Fault{Fault::Outcome::unknown, "lost"}; }
};

class WriterLostAnswer : public WriterDoubt, public ::testing::WithParamInterface<Lost> {
 protected:
  std::size_t stored() const { return GetParam() == Lost::nothing_stored ? 0 : 1; }
};

TEST_P(WriterLostAnswer, DropsTheBatchAsUnknownAndTakesTheLanesAnew) {
  auto cart = aggregate("a");
  store->lose_next_answer(GetParam());
  command(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped outcome_unknown");
  EXPECT_TRUE(cart.player->has_ended);
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"retaken epoch 2"}));
  EXPECT_EQ(store->epoch("cart", Lane{0}), Epoch{2});
  EXPECT_EQ(stored_payloads(0).size(), stored());
}

TEST_P(WriterLostAnswer, ReadsTheHeadsAgainSoThatTheNextAppendFits) {
  auto cart = aggregate("a");
  store->lose_next_answer(GetParam());
  command(cart, 1);
  work();
  auto other = aggregate("b");
  command(other, 2);
  work();
  EXPECT_EQ(other.story(), "1 stored 1@" + std::to_string(stored() + 1));
}

TEST_P(WriterLostAnswer, AnswersARepeatByWhatTheJournalHas) {
  auto cart = aggregate("a");
  store->lose_next_answer(GetParam());
  command(cart, 1);
  work();
  bool closed = false;
  writer.close(cart.ref, cart.incarnation, [&] { closed = true; });
  work();
  ASSERT_TRUE(closed);
  auto next = successor(cart, static_cast<std::int64_t>(stored()));
  command(next, 1);
  work();
  EXPECT_EQ(next.story(), stored() == 1 ? "1 repeated 1@1" : "1 stored 1@1");
  EXPECT_EQ(stored_payloads(0), (std::vector<std::string>{"e1"}));
}

TEST_P(WriterLostAnswer, LetsNobodyLoadASuccessorBeforeTheOutcomeIsSettled) {
  auto cart = aggregate("a");
  store->lose_next_answer(GetParam());
  hooks->retake = [](const auto&) { return no_answer(); };
  command(cart, 1);
  work();
  bool closed = false;
  writer.close(cart.ref, cart.incarnation, [&] { closed = true; });
  work();
  EXPECT_FALSE(closed);
  EXPECT_FALSE(writer.idle());

  hooks->retake = nullptr;
  work_through_pauses();
  EXPECT_TRUE(closed);
  EXPECT_EQ(stored_payloads(0).size(), stored());
}

TEST_P(WriterLostAnswer, NeverReadsDuringARetake) {
  auto cart = aggregate("a");
  auto other = aggregate("b");
  store->lose_next_answer(GetParam());
  hooks->retake = [](const auto&) { return no_answer(); };
  command(cart, 1);
  answer(other, 2);
  work();
  work();
  EXPECT_EQ(other.story(), "");
  EXPECT_TRUE(ear.look_ups.empty());

  hooks->retake = nullptr;
  work_through_pauses();
  EXPECT_EQ(other.story(), "1 stands @" + std::to_string(stored()));
}

TEST_P(WriterLostAnswer, DropsWhatTheBatchsAggregatesHaveInTheQueue) {
  auto cart = aggregate("a");
  answer(cart, 1);
  command(cart, 2);
  store->lose_next_answer(GetParam());
  answer(cart, 3);
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted, 2 dropped outcome_unknown, 3 dropped restarted");
}

INSTANTIATE_TEST_SUITE_P(Lost, WriterLostAnswer,
                         ::testing::Values(Lost::nothing_stored, Lost::stored, Lost::stored_later));

TEST_F(WriterDoubt, SettlesTheOutcomeOnAFreshSession) {
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  store->lose_next_answer(Lost::stored);
  command(cart, 2);
  work();
  auto next = successor(cart, 2);
  writer.close(cart.ref, cart.incarnation, [] {});
  work();
  command(next, 3);
  work();
  EXPECT_EQ(next.story(), "1 stored 3@3");
}

TEST_F(WriterDoubt, IsFencedWhenALaneIsNoLongerOurs) {
  auto cart = aggregate("a");
  auto bystander = aggregate("b", 2);
  store->lose_next_answer(Lost::nothing_stored);
  hooks->retake = [&](const auto& call) {
    rival_takes_over();
    return call();
  };
  command(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped outcome_unknown");
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"lost cart"}));
  EXPECT_FALSE(writer.owning());
  answer(bystander, 2);
  work();
  EXPECT_EQ(bystander.story(), "1 dropped fenced");
}

TEST_F(WriterDoubt, CountsARetakeOfUnknownOutcomeAsFencedWhenItHadCommitted) {
  auto cart = aggregate("a");
  store->lose_next_answer(Lost::stored);
  int calls = 0;
  hooks->retake = [&](const auto& call) {
    if (++calls > 1) return call();
    (void)call();
    return no_answer();
  };
  command(cart, 1);
  work_through_pauses();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"lost cart"}));
}

TEST_F(WriterDoubt, GoesOnAfterARetakeOfUnknownOutcomeThatHadNotCommitted) {
  auto cart = aggregate("a");
  store->lose_next_answer(Lost::stored);
  int calls = 0;
  hooks->retake = [&](const auto& call) { return ++calls > 1 ? call() : no_answer(); };
  command(cart, 1);
  work_through_pauses();
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"retaken epoch 2"}));
  EXPECT_TRUE(writer.owning());
}

TEST_F(WriterDoubt, KeepsTryingWithLongerPausesWhileNoSessionOpens) {
  auto cart = aggregate("a");
  store->lose_next_answer(Lost::nothing_stored);
  command(cart, 1);
  (void)writer.work();
  store->refuse_sessions(true);
  std::vector<std::int64_t> pauses;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto pause = writer.work();
    ASSERT_TRUE(pause);
    pauses.push_back(pause->count());
    now += *pause;
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000}));
  store->refuse_sessions(false);
  work();
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"retaken epoch 2"}));
}

TEST_F(WriterDoubt, DropsWhatItsDeadlineOvertakesWhileTheJournalIsAway) {
  auto cart = aggregate("a");
  auto other = aggregate("b");
  store->lose_next_answer(Lost::nothing_stored);
  command(cart, 1);
  (void)writer.work();
  store->refuse_sessions(true);
  command(other, 2);
  answer(other, 3);
  work();
  EXPECT_EQ(other.story(), "");
  now += patience + std::chrono::seconds(1);
  work();
  EXPECT_EQ(other.story(), "1 dropped journal_unavailable, 2 dropped restarted");
}

}  // namespace
}  // namespace keel::test

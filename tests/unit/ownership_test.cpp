#include "journal/ownership.hpp"

#include <gtest/gtest.h>

#include "journal/in_memory_journal.hpp"
#include "support/hooked_journal.hpp"

namespace keel::test {
namespace {

using journal::Ownership;
using journal::OwnershipState;

struct Listener : journal::OwnershipHost {
  void took_over(std::span<const journal::ContextLanes> contexts) override {
    heard.push_back("took over " + std::to_string(contexts.size()));
    held.assign(contexts.begin(), contexts.end());
  }
  void lost(std::string_view) override { heard.push_back("lost"); }
  void standing_by(std::span<const journal::Rival> rivals) override {
    const std::string& who = rivals.front().owner;
    heard.push_back("standing by for " + who.substr(0, who.find(' ')));
  }
  void faulted(const Fault&) override { ++faults; }

  std::vector<std::string> heard;
  std::vector<journal::ContextLanes> held;
  int faults = 0;
};

using Heard = std::vector<std::string>;

Uuid id_of(std::uint8_t number) {
  Uuid id{};
  id.bytes[15] = number;
  return id;
}

/// A process: its listener, its hooks, its ownership.
struct Process {
  Process(std::shared_ptr<journal::InMemoryStore> store, std::string name, std::uint8_t number,
          journal::OwnershipOptions options = {})
      : ownership({id_of(number), std::move(name)}, {"cart", "inventory"}, hooked(store->opener(), hooks), listener,
                  options) {}

  Listener listener;
  std::shared_ptr<JournalHooks> hooks = std::make_shared<JournalHooks>();
  Ownership ownership;
};

class OwnershipOfLanes : public ::testing::Test {
 protected:
  static constexpr journal::OwnershipOptions by_force{std::chrono::milliseconds(1000), true};

  Timestamp now{std::chrono::seconds(1'000'000)};
  std::shared_ptr<journal::InMemoryStore> store =
      journal::InMemoryStore::make({{"cart", "inventory"}, 4, [this] { return now; }});
  Process us{store, "us", 1};
};

TEST_F(OwnershipOfLanes, TakesEveryLaneOfEveryContextWhenAllAreFree) {
  EXPECT_EQ(us.ownership.step(), std::chrono::milliseconds(1000));
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  ASSERT_EQ(us.listener.held.size(), 2U);
  EXPECT_EQ(us.listener.held[1].context, "inventory");
  EXPECT_EQ(us.listener.held[1].lanes.size(), 4U);
}

TEST_F(OwnershipOfLanes, TakesThemOnceAndThenOnlyBeats) {
  for (int i = 0; i < 5; ++i) us.ownership.step();
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2"}));
  EXPECT_EQ(store->epoch("cart", Lane{0}), Epoch{1});
}

TEST_F(OwnershipOfLanes, StaysWithTheOneWhoBeats) {
  Process other(store, "other", 2);
  us.ownership.step();
  for (int second = 0; second < 30; ++second) {
    now += std::chrono::seconds(1);
    us.ownership.step();
    other.ownership.step();
  }
  EXPECT_EQ(other.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(store->epoch("cart", Lane{0}), Epoch{1});
}

TEST_F(OwnershipOfLanes, StandsBySayingSoOnceAndWithWhom) {
  Process other(store, "other", 2);
  us.ownership.step();
  for (int i = 0; i < 3; ++i) other.ownership.step();
  EXPECT_EQ(other.listener.heard, (Heard{"standing by for us"}));
  ASSERT_EQ(other.ownership.rivals().size(), 8U);
}

TEST_F(OwnershipOfLanes, GoesToTheStandbyWhenTheOwnerFallsSilent) {
  Process other(store, "other", 2);
  us.ownership.step();
  other.ownership.step();
  now += std::chrono::seconds(9);
  other.ownership.step();
  EXPECT_EQ(other.ownership.state(), OwnershipState::standby);
  now += std::chrono::seconds(2);
  other.ownership.step();
  EXPECT_EQ(other.ownership.state(), OwnershipState::owning);
}

TEST_F(OwnershipOfLanes, GoesToTheStandbyAtOnceWhenItIsGivenUp) {
  Process other(store, "other", 2);
  us.ownership.step();
  other.ownership.step();
  EXPECT_TRUE(us.ownership.stop());
  EXPECT_EQ(us.ownership.state(), OwnershipState::stopped);
  other.ownership.step();
  EXPECT_EQ(other.ownership.state(), OwnershipState::owning);
  EXPECT_TRUE(other.ownership.rivals().empty());
}

TEST_F(OwnershipOfLanes, NeverComesBackAfterAStop) {
  us.ownership.step();
  EXPECT_TRUE(us.ownership.stop());
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::stopped);
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2"}));
}

TEST_F(OwnershipOfLanes, IsForcedWhenAskedTo) {
  us.ownership.step();
  Process other(store, "other", 2, by_force);
  other.ownership.step();
  EXPECT_EQ(other.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(store->epoch("cart", Lane{0}), Epoch{2});
}

TEST_F(OwnershipOfLanes, IsGivenUpEverywhereByAProcessThatFindsItselfFenced) {
  us.ownership.step();
  Process other(store, "other", 2, by_force);
  other.ownership.step();
  us.ownership.fenced("cart", "epoch 2");
  us.ownership.fenced("inventory", "epoch 2");
  EXPECT_EQ(us.ownership.state(), OwnershipState::lost);
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2", "lost"}));
}

TEST_F(OwnershipOfLanes, IsFoundLostAtTheNextBeatByAnOwnerThatHasNothingToWrite) {
  us.ownership.step();
  Process other(store, "other", 2, by_force);
  other.ownership.step();
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2", "lost"}));
  EXPECT_EQ(other.ownership.state(), OwnershipState::owning);
}

TEST_F(OwnershipOfLanes, IsFoundLostWhenTheRivalHasGoneAgain) {
  us.ownership.step();
  {
    Process other(store, "other", 2, by_force);
    other.ownership.step();
    ASSERT_TRUE(other.ownership.stop());
  }
  us.ownership.step();
  us.ownership.step();
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2", "lost", "took over 2"}));
  EXPECT_EQ(us.listener.held[0].lanes[0].epoch, Epoch{3});
}

TEST_F(OwnershipOfLanes, IsLostWhenOneContextIs) {
  us.ownership.step();
  auto session = *store->open();
  const std::vector<std::string> only_cart{"cart"};
  ASSERT_TRUE(session->beat({id_of(9), "thief"}));
  ASSERT_TRUE(session->take_over({id_of(9), "thief"}, only_cart, true));
  us.ownership.step();
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2", "lost"}));
}

TEST_F(OwnershipOfLanes, IsKeptWhileAWriterTakesTheLanesAnew) {
  us.ownership.step();
  auto session = *store->open();
  ASSERT_TRUE(session->retake({id_of(1), "us"}, "cart", us.listener.held[0].lanes));
  us.ownership.step();
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2"}));
}

TEST_F(OwnershipOfLanes, IsNeverTakenBackByForce) {
  us.ownership.step();
  Process other(store, "other", 2, by_force);
  other.ownership.step();
  us.ownership.step();
  Process third(store, "third", 3, by_force);
  third.ownership.step();
  other.ownership.fenced("cart", "epoch 3");
  for (int i = 0; i < 5; ++i) other.ownership.step();
  EXPECT_EQ(other.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(third.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(store->epoch("cart", Lane{0}), Epoch{3});
}

TEST_F(OwnershipOfLanes, ComesBackToAFencedProcessOnceTheLanesAreFree) {
  us.ownership.step();
  {
    Process other(store, "other", 2, by_force);
    other.ownership.step();
    us.ownership.fenced("cart", "epoch 2");
    us.ownership.step();
    us.ownership.step();
    EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
    EXPECT_TRUE(other.ownership.stop());
  }
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(us.listener.heard, (Heard{"took over 2", "lost", "standing by for other", "took over 2"}));
}

TEST_F(OwnershipOfLanes, OfAllContextsOrNone) {
  us.ownership.step();
  auto session = *store->open();
  const std::vector<std::string> only_cart{"cart"};
  ASSERT_TRUE(session->beat({id_of(9), "thief"}));
  ASSERT_TRUE(session->take_over({id_of(9), "thief"}, only_cart, true));
  us.ownership.fenced("cart", "epoch 2");
  for (int i = 0; i < 3; ++i) us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(store->epoch("inventory", Lane{0}), Epoch{1});
}

TEST_F(OwnershipOfLanes, WaitsForAJournalThatCannotBeReached) {
  store->refuse_sessions(true);
  us.ownership.step();
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  EXPECT_EQ(us.listener.faults, 2);
  store->refuse_sessions(false);
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
}

TEST_F(OwnershipOfLanes, SurvivesALostSession) {
  us.ownership.step();
  store->disconnect_all();
  us.ownership.step();
  Process other(store, "other", 2);
  other.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(other.ownership.state(), OwnershipState::standby);
}

TEST_F(OwnershipOfLanes, IsTakenAgainAfterATakeOverWhoseAnswerWasLost) {
  us.hooks->take_over = [this](const auto& call) -> Result<journal::TakeOver> {
    us.hooks->take_over = nullptr;
    (void)call();
    return Fault{Fault::Outcome::unknown, "lost"};
  };
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::owning);
  EXPECT_EQ(us.listener.held[0].lanes[0].epoch, Epoch{2});
}

TEST_F(OwnershipOfLanes, ThatCannotBeGivenBackStaysLostUntilItCan) {
  us.ownership.step();
  us.ownership.fenced("cart", "epoch 2");
  us.hooks->give_up = [](const auto&) { return Fault{Fault::Outcome::unknown, "down"}; };
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::lost);
  us.hooks->give_up = nullptr;
  us.ownership.step();
  EXPECT_EQ(us.ownership.state(), OwnershipState::standby);
}

TEST_F(OwnershipOfLanes, TellsWhenItCouldNotBeGivenBackAtStop) {
  us.ownership.step();
  us.hooks->give_up = [](const auto&) { return Fault{Fault::Outcome::unknown, "down"}; };
  EXPECT_FALSE(us.ownership.stop());
  EXPECT_EQ(us.ownership.state(), OwnershipState::stopped);
}

}  // namespace
}  // namespace keel::test

// Acceptance: kill -9 of a rebuild and of a promotion, at every step of their way; going on always ends in the same
// rows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "journal/postgres_journal.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

constexpr int carts = 150;
constexpr int lines = 6;
constexpr int killed = 128 + 9;

int kills_wanted() {
  const char* wanted = std::getenv("KEEL_TEST_KILLS");
  return wanted == nullptr ? 14 : std::atoi(wanted);
}

/// Steps of a rebuild, with how often each is passed.
const std::vector<std::pair<std::string, int>>& steps() {
  static const std::vector<std::pair<std::string, int>> all = {
      {"rebuild_chunk", 16},       {"rebuild_before_fill", 16},     {"rebuild_after_fill", 16},
      {"rebuild_before_index", 1}, {"rebuild_before_hand_over", 1}, {"rebuild_after_hand_over", 1}};
  return all;
}

class ReplayKillsTest : public ::testing::Test {
 protected:
  ReplayKillsTest() {
    History history(*journal::PostgresJournal::open(system_.journal().options()), {"cart"});
    for (int line = 0; line < lines; ++line) {
      for (int cart = 0; cart < carts; ++cart) {
        const auto id = "cart-" + std::to_string(cart);
        history.does<cart::Cart>(id, add_item(id, "line-" + std::to_string(line)));
      }
    }
    system_.start("projector");
    EXPECT_TRUE(eventually([&] { return folded(1) == std::to_string(carts * lines); }));
  }

  std::string folded(std::int64_t generation) const {
    return system_.read_store().value(
        "SELECT sum(position) FROM checkpoints WHERE projection = 'carts' AND generation = " +
        std::to_string(generation));
  }
  std::string sum_of(std::int64_t generation) const {
    return system_.read_store().value("SELECT md5(string_agg(md5(t::text), '' ORDER BY cart_id)) FROM carts_g" +
                                      std::to_string(generation) + " t");
  }
  std::string live() const {
    return system_.read_store().value("SELECT live FROM projections WHERE projection = 'carts'");
  }
  std::int64_t newest() const {
    return std::stoll(system_.read_store().value("SELECT max(generation) FROM generations WHERE projection = 'carts'"));
  }
  std::string operation(const std::string& column) const {
    return system_.read_store().value("SELECT " + column + " FROM operations ORDER BY operation DESC LIMIT 1");
  }

  KeelSystem::Ran look(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    return system_.run(arguments);
  }
  KeelSystem::Ran replay(std::vector<std::string> arguments, const std::string& crash_at = "") {
    arguments.insert(arguments.begin(), "replay");
    arguments.emplace_back("--yes");
    std::map<std::string, std::string> environment;
    if (!crash_at.empty()) environment = {{"KEEL_FAULTS", "true"}, {"KEEL_CRASH_AT", crash_at}};
    return system_.run(arguments, environment);
  }

  /// Goes on until the operation is done, and is killed a second time on the way, sometimes.
  void resume(const std::string& second_death) {
    for (int tries = 0; tries < 3 && operation("state") != "done"; ++tries) {
      const auto ran = replay({"resume", operation("operation")}, tries == 0 ? second_death : "");
      ASSERT_TRUE(ran.code == 0 || ran.code == killed) << ran.output;
    }
    EXPECT_EQ(operation("state"), "done");
  }

  KeelSystem system_;
};

TEST_F(ReplayKillsTest, ARebuildThatIsKilledAnywhereResumesToTheSameRows) {
  const auto wanted = sum_of(1);
  std::mt19937 random(20'261'124);
  for (int kill = 0; kill < kills_wanted(); ++kill) {
    const auto& [step, passed] = steps()[static_cast<std::size_t>(kill) % steps().size()];
    const auto at = step + ":" + std::to_string(1 + static_cast<int>(random() % static_cast<unsigned>(passed)));
    SCOPED_TRACE("kill " + std::to_string(kill) + " at " + at);
    const auto ran = replay({"rebuild", "carts"}, at);
    ASSERT_EQ(ran.code, killed) << ran.output;
    resume(kill % 2 == 0 ? "rebuild_before_fill:2" : "");
    const auto generation = newest();
    EXPECT_EQ(sum_of(generation), wanted);
    EXPECT_EQ(folded(generation), std::to_string(carts * lines));
    const auto verified = look({"verify", "carts", "--generation", std::to_string(generation)});
    ASSERT_EQ(verified.code, 0) << verified.output;
    const auto dropped = replay({"drop", "carts", "--generation", std::to_string(generation)});
    ASSERT_EQ(dropped.code, 0) << dropped.output;
  }
}

TEST_F(ReplayKillsTest, APromotionThatIsKilledAnywhereHasHappenedWhollyOrNotAtAll) {
  const auto wanted = sum_of(1);
  ASSERT_EQ(replay({"rebuild", "carts"}).code, 0);
  ASSERT_EQ(look({"verify", "carts", "--generation", "2"}).code, 0);
  const std::vector<std::string> promotion = {"promote_before_switch", "promote_before_commit", "promote_after_commit"};
  std::mt19937 random(20'261'125);
  for (int kill = 0; kill < kills_wanted(); ++kill) {
    const auto step = promotion[kill < 3 ? static_cast<std::size_t>(kill) : random() % promotion.size()];
    SCOPED_TRACE("kill " + std::to_string(kill) + " at " + step);
    ASSERT_EQ(replay({"promote", "carts", "--generation", "2"}, step).code, killed);
    EXPECT_EQ(live(), step == "promote_after_commit" ? "2" : "1");
    if (live() == "1") {
      const auto again = replay({"promote", "carts", "--generation", "2"});
      ASSERT_EQ(again.code, 0) << again.output;
    }
    EXPECT_EQ(sum_of(2), wanted);
    const auto back = replay({"rollback", "carts"});
    ASSERT_EQ(back.code, 0) << back.output;
    EXPECT_EQ(live(), "1");
    EXPECT_EQ(sum_of(1), wanted);
  }
}

}  // namespace
}  // namespace keel::test

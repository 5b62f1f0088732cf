// `keel replay` on several projections at once: by names, or all of them.

#include <signal.h>

#include "support/replay_desk.hpp"

namespace keel::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReplaySeveralTest : public ReplayDesk {
 protected:
  static std::string generations() { return value("SELECT count(*) FROM generations"); }
  static std::string paused() {
    return value("SELECT coalesce(string_agg(projection, ' ' ORDER BY projection), '') FROM projections WHERE paused");
  }
};

TEST_F(ReplaySeveralTest, AMistypedOneOfSeveralIsRefusedBeforeAnythingBegins) {
  const auto before = generations();
  const auto ran = replay({"rebuild", "carts", "stokc", "purchase", "--yes"});
  expect(ran, 3, "there is no projection 'stokc'; there are carts, stock, purchases");
  EXPECT_THAT(ran.output, HasSubstr("there is no projection 'purchase'")) << "every one of them is told";
  expect(replay({"pause", "carts", "stokc", "--yes"}), 3);
  expect(replay({"verify", "carts", "stokc"}), 3);
  EXPECT_EQ(generations(), before);
  EXPECT_EQ(paused(), "");
}

TEST_F(ReplaySeveralTest, NamesAndAllAreOneOrTheOther) {
  for (const auto* command : {"rebuild", "verify", "pause", "unpause"}) {
    expect(replay({command}), 2, "name the projections, or say --all");
    expect(replay({command, "carts", "--all"}), 2, "not both");
  }
  expect(replay({"verify", "carts", "stock", "--generation", "1"}), 2, "--generation is for one projection");
}

TEST_F(ReplaySeveralTest, ThePlanListsAllOfThem) {
  const auto before = generations();
  const auto ran = replay({"rebuild", "--all", "--dry-run", "-o", "csv"});
  expect(ran, 0, "carts,");
  EXPECT_THAT(ran.output, AllOf(HasSubstr("\nstock,"), HasSubstr("\npurchases,"), HasSubstr("Nothing was changed")));
  EXPECT_EQ(generations(), before);
}

TEST_F(ReplaySeveralTest, EachIsRebuiltAndTellsItsResult) {
  const auto ran = replay({"rebuild", "stock", "carts", "carts", "--yes", "-o", "jsonl"});
  expect(ran, 0, R"("projection":"stock","generation":)");
  EXPECT_THAT(ran.output, HasSubstr(R"("projection":"carts","generation":)"));
  EXPECT_EQ(value("SELECT string_agg(projection, ' ' ORDER BY operation) FROM (SELECT * FROM operations ORDER BY"
                  " operation DESC LIMIT 2) AS latest"),
            "stock carts")
      << "in the order of the names, each once";
}

TEST_F(ReplaySeveralTest, OneThatWaitsForItsPromotionKeepsAllFromBeginning) {
  expect(replay({"rebuild", "carts", "--yes"}), 0);
  const auto before = generations();
  expect(replay({"rebuild", "--all", "--yes"}), 5, "carts: generation ");
  EXPECT_EQ(generations(), before);
}

TEST_F(ReplaySeveralTest, AnInterruptEndsTheOneThatIsAtWorkAndBeginsNoOther) {
  auto& rebuild = system_->begin("rebuild", {"replay", "rebuild", "carts", "stock", "--yes", "--rate", "20"});
  ASSERT_TRUE(eventually([] { return value("SELECT count(*) FROM operations WHERE state = 'running'") == "1"; }));
  rebuild.signal(SIGINT);
  EXPECT_EQ(rebuild.wait(std::chrono::seconds(20)), 130) << system_->log_of("rebuild");
  EXPECT_THAT(system_->log_of("rebuild"), HasSubstr("Not begun: stock"));
  EXPECT_EQ(value("SELECT projection FROM operations ORDER BY operation DESC LIMIT 1"), "carts");
}

TEST_F(ReplaySeveralTest, ACancelledOneDoesNotKeepTheOthersFromBeingRebuilt) {
  auto& rebuild = system_->begin("rebuild", {"replay", "rebuild", "carts", "stock", "--yes", "--rate", "20"});
  ASSERT_TRUE(eventually([] { return value("SELECT count(*) FROM operations WHERE state = 'running'") == "1"; }));
  expect(replay({"cancel", latest_operation(), "--yes"}), 0, "stopped");
  EXPECT_EQ(rebuild.wait(std::chrono::seconds(20)), 130) << "the worst of both";
  EXPECT_EQ(value("SELECT projection || ' ' || state FROM operations ORDER BY operation DESC LIMIT 1"), "stock done");
}

TEST_F(ReplaySeveralTest, VerifyComparesEveryOneAndEndsWithTheWorst) {
  expect(replay({"verify", "--all"}), 0, "purchases generation 1: 0 differences");
  system_->read_store().run("UPDATE carts_g1 SET unit_count = 77 WHERE cart_id = 'cart-5'");
  const auto ran = replay({"verify", "--all", "-o", "csv"});
  system_->read_store().run("UPDATE carts_g1 SET unit_count = 6 WHERE cart_id = 'cart-5'");
  expect(ran, 6, "projection,difference,table,lane,key,column,found,expected");
  EXPECT_THAT(ran.output, AllOf(HasSubstr("carts,changed,carts,"), HasSubstr("carts generation 1: 1 differences"),
                                HasSubstr("stock generation 1: 0 differences"),
                                HasSubstr("purchases generation 1: 0 differences")));
  expect(replay({"verify", "carts"}), 0, "0 differences");
}

TEST_F(ReplaySeveralTest, PauseAndUnpauseTakeThemTogether) {
  expect(replay({"pause", "--all", "--yes", "--reason", "a move"}), 0);
  EXPECT_EQ(paused(), "carts purchases stock");
  const auto ran = replay({"unpause", "carts", "stock", "--yes"});
  expect(ran, 0, "carts");
  EXPECT_THAT(ran.output, HasSubstr("stock"));
  EXPECT_EQ(paused(), "purchases");
  expect(replay({"unpause", "--all", "--yes"}), 0);
  EXPECT_EQ(paused(), "");
  EXPECT_EQ(value("SELECT count(*) FROM audit WHERE action = 'pause' AND reason = 'a move'"), "3");
}

TEST_F(ReplaySeveralTest, HelpSaysWhatTakesSeveral) {
  for (const auto* command : {"rebuild", "verify", "pause", "unpause"}) {
    const auto ran = replay({command, "--help"});
    expect(ran, 0, "--all");
    EXPECT_THAT(ran.output, HasSubstr("NAME")) << command;
  }
  for (const auto* command : {"promote", "rollback", "drop", "describe"}) {
    EXPECT_THAT(replay({command, "--help"}).output, Not(HasSubstr("--all"))) << command;
    expect(replay({command, "carts", "stock"}), 2);
  }
}

}  // namespace
}  // namespace keel::test

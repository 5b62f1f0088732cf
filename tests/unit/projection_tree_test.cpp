#include "app/roles/projection_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/roles/query_tree.hpp"

namespace keel::app {
namespace {

using query::LaneState;
using query::ProjectorState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What happened since the last look, a line each: `crashed projector/carts: why`.
class Told {
 public:
  explicit Told(const ops::SupervisionRegistry& registry) : registry_(registry) {}
  std::vector<std::string> news() {
    std::vector<std::string> lines;
    for (const auto& event : registry_.history(seen_, 100)) {
      seen_ = event.sequence;
      const std::string cause = event.cause.empty() ? "" : ": " + event.cause;
      lines.push_back(std::string(name_of(event.happening)) + " " + event.path + cause);
    }
    return lines;
  }

 private:
  const ops::SupervisionRegistry& registry_;
  std::uint64_t seen_ = 0;
};

query::ProjectorSetStatus running(std::vector<query::LaneStatus> lanes = {}) {
  return {"carts", std::nullopt, "", {{"carts", ProjectorState::running, "", 2, std::move(lanes)}}};
}

query::LaneStatus lane(std::int32_t number, LaneState state = LaneState::following, std::string reason = "") {
  return {"cart", Lane{number}, {}, {}, state, true, std::move(reason)};
}

class ProjectionTreeTest : public ::testing::Test {
 protected:
  ops::Metrics metrics;
  ops::SupervisionRegistry registry{{}, metrics};
  Told told{registry};
};

TEST_F(ProjectionTreeTest, TellsProjectionsGenerationsAndLanesOnce) {
  ProjectionTree tree(registry);
  tree.look(running({lane(0)}));
  EXPECT_THAT(told.news(),
              ElementsAre("started projector", "started projector/carts", "started projector/carts/generation 2",
                          "started projector/carts/generation 2/cart lane 0"));
  tree.look(running({lane(0)}));
  EXPECT_THAT(told.news(), IsEmpty());
}

TEST_F(ProjectionTreeTest, TellsATroubleOnceAndItsEnd) {
  ProjectionTree tree(registry);
  tree.look(running());
  told.news();
  auto faulted = running();
  faulted.generations[0].state = ProjectorState::faulted;
  faulted.generations[0].reason = "gone";
  tree.look(faulted);
  tree.look(faulted);
  EXPECT_THAT(told.news(), ElementsAre("crashed projector/carts/generation 2: gone",
                                       "backing_off projector/carts/generation 2: gone"));
  tree.look(running());
  EXPECT_THAT(told.news(), ElementsAre("restarted projector/carts/generation 2"));
}

TEST_F(ProjectionTreeTest, TellsALaneThatWaitsForAPerson) {
  ProjectionTree tree(registry);
  tree.look(running({lane(0)}));
  told.news();
  tree.look(running({lane(0, LaneState::stopped, "too many parked")}));
  EXPECT_THAT(told.news(), ElementsAre("quarantined projector/carts/generation 2/cart lane 0: too many parked"));
}

TEST_F(ProjectionTreeTest, TellsGenerationsAndLanesThatGo) {
  ProjectionTree tree(registry);
  tree.look(running({lane(0), lane(1)}));
  told.news();
  tree.look(running({lane(0)}));
  EXPECT_THAT(told.news(),
              ElementsAre("stopped projector/carts/generation 2/cart lane 1: the projector has let it go"));
  auto nothing_fed = running();
  nothing_fed.generations.clear();
  tree.look(nothing_fed);
  EXPECT_THAT(told.news(), ElementsAre("stopped projector/carts/generation 2: this generation is not fed any more",
                                       "stopped projector/carts/generation 2/cart lane 0: its supervisor stopped"));
}

TEST_F(ProjectionTreeTest, SaysNothingOfAPause) {
  ProjectionTree tree(registry);
  tree.look(running());
  told.news();
  auto paused = running();
  paused.generations[0].state = ProjectorState::paused;
  paused.generations[0].reason = "projections.paused is set";
  tree.look(paused);
  EXPECT_THAT(told.news(), IsEmpty());
}

TEST_F(ProjectionTreeTest, StopsAsAWhole) {
  ProjectionTree tree(registry);
  tree.look(running());
  told.news();
  tree.stopped();
  EXPECT_THAT(told.news(), ElementsAre("stopped projector", "stopped projector/carts: its supervisor stopped",
                                       "stopped projector/carts/generation 2: its supervisor stopped"));
}

TEST_F(ProjectionTreeTest, TellsHowThePartsOfTheQueryEdgeDo) {
  QueryTree tree(registry);
  tree.look({{"readers", std::nullopt}});
  tree.look({{"readers", "gone"}});
  tree.look({{"readers", std::nullopt}});
  EXPECT_THAT(told.news(), ElementsAre("started query", "started query/readers", "crashed query/readers: gone",
                                       "backing_off query/readers: gone", "restarted query/readers"));
}

}  // namespace
}  // namespace keel::app

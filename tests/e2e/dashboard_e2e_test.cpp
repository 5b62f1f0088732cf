// Acceptance: whatever process is killed, the dashboard shows its branch stale, then dead, and its successor by itself.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

class DashboardTest : public ::testing::Test {
 protected:
  DashboardTest() : system_(options()) {
    for (const auto* role : {"command", "projector", "query", "dashboard"}) system_.start(role);
  }

  static KeelSystem::Options options() {
    KeelSystem::Options options;
    options.environment = {{"KEEL_DASHBOARD__GRPC_LISTEN", "127.0.0.1:0"}};
    return options;
  }

  json ask(const std::string& path) {
    const auto answer = http_get(system_.grpc_port("dashboard"), "/api/v1" + path);
    return answer.status == 200 ? json::parse(answer.body) : json::object();
  }
  /// Presences of all processes of a role, newest first.
  std::vector<std::string> presences(const std::string& role) {
    std::vector<std::string> found;
    const auto document = ask("/processes");
    for (const auto& process : document.value("processes", json::array())) {
      if (process.value("role", "") == role) found.push_back(process.value("presence", ""));
    }
    return found;
  }
  /// State of the newest branch of a role in the supervision tree.
  std::string branch_of(const std::string& role) {
    const auto document = ask("/tree");
    for (const auto& node : document.value("nodes", json::array())) {
      if (node.value("name", "").starts_with(role)) return node.value("state", "");
    }
    return "none";
  }
  void expect_becomes(const std::string& role, const std::string& state) {
    EXPECT_TRUE(eventually([&] { return branch_of(role) == state; }, seconds(30)))
        << role << " is " << branch_of(role) << " and not " << state << ": " << ask("/tree").dump();
  }

  KeelSystem system_;
};

TEST_F(DashboardTest, ShowsWhatWasKilledStaleThenDeadAndItsSuccessorByItself) {
  const std::vector<std::string> victims = {"command", "projector", "query"};
  for (const auto& role : victims) expect_becomes(role, "running");
  for (const auto& role : victims) system_.kill(role);
  for (const auto& role : victims) expect_becomes(role, "stale");
  for (const auto& role : victims) expect_becomes(role, "dead");
  for (const auto& role : victims) system_.start(role);
  for (const auto& role : victims) {
    expect_becomes(role, "running");
    EXPECT_TRUE(eventually(
        [&] {
          return presences(role) == std::vector<std::string>{"up", "dead"};
        },
        seconds(10)))
        << ask("/processes").dump();
  }
}

TEST_F(DashboardTest, IsNeededByNobodyAndComesBackWithAllThatWasStored) {
  const auto before = ask("/history?limit=200").value("events", json::array());
  ASSERT_FALSE(before.empty());
  system_.kill("dashboard");
  EXPECT_EQ(http_get(system_.status_port("command"), "/readyz").status, 200);
  EXPECT_EQ(http_get(system_.status_port("query"), "/readyz").status, 200);
  system_.start("dashboard");
  const auto after = ask("/history?limit=500").value("events", json::array());
  for (const auto& event : before) {
    EXPECT_NE(std::find(after.begin(), after.end(), event), after.end()) << event.dump();
  }
}

}  // namespace
}  // namespace keel::test

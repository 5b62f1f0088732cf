// The dashboard in a real browser, against real processes: each case runs one file of tests/browser/specs.

#include <gtest/gtest.h>

#include <filesystem>

#include "support/keel_system.hpp"

namespace keel::test {
namespace {

constexpr const char* viewer_token = "looks-only-0123456789abcdef";
constexpr const char* operator_token = "may-mend-0123456789abcdef0";
constexpr const char* admin_token = "may-do-everything-0123456789";

class Browser : public ::testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    KeelSystem::Options options;
    options.environment = {{"KEEL_FAULTS", "true"},
                           {"KEEL_OPS__ACTIONS", "true"},
                           {"KEEL_DASHBOARD__GRPC_LISTEN", "127.0.0.1:0"},
                           {"KEEL_DASHBOARD__ACTIONS", "true"},
                           {"KEEL_DASHBOARD__PAYLOADS", "full"},
                           {"KEEL_DASHBOARD__VIEWER_TOKEN", viewer_token},
                           {"KEEL_DASHBOARD__OPERATOR_TOKEN", operator_token},
                           {"KEEL_DASHBOARD__ADMIN_TOKEN", admin_token}};
    system_ = new KeelSystem(options);
    for (const auto* role : {"command", "projector", "query", "dashboard"}) system_->start(role);
  }
  static void TearDownTestSuite() { delete system_; }

  /// Where pictures of every screen are kept, for people to look at.
  static std::filesystem::path artefacts() { return std::filesystem::path(KEEL_BINARY_DIR) / "reports" / "browser"; }

  static KeelSystem* system_;
};
KeelSystem* Browser::system_ = nullptr;

TEST_P(Browser, FindsEverythingAsItShouldBe) {
  const auto log = system_->folder() / (std::string(GetParam()) + ".log");
  const auto here = std::string("127.0.0.1:");
  auto playwright =
      Process::start({"/bin/sh",
                      {"-c", "cd '" KEEL_SOURCE_DIR "/tests/browser' && exec npx --no-install playwright test specs/" +
                                 std::string(GetParam()) + ".spec.ts"},
                      {{"KEEL_BROWSER_BASE", "http://" + here + std::to_string(system_->grpc_port("dashboard"))},
                       {"KEEL_BROWSER_COMMAND", here + std::to_string(system_->grpc_port("command"))},
                       {"KEEL_BROWSER_JOURNAL", system_->journal().dsn},
                       {"KEEL_BROWSER_VIEWER_TOKEN", viewer_token},
                       {"KEEL_BROWSER_ADMIN_TOKEN", admin_token},
                       {"KEEL_BROWSER_ARTEFACTS", artefacts().string()}},
                      log});
  EXPECT_EQ(playwright.wait(std::chrono::seconds(400)), 0) << system_->log_of(GetParam());
}

INSTANTIATE_TEST_SUITE_P(EachArea, Browser,
                         ::testing::Values("screens", "crash", "projections", "roles", "keyboard", "hostile", "looks"),
                         [](const auto& area) { return std::string(area.param); });

}  // namespace
}  // namespace keel::test

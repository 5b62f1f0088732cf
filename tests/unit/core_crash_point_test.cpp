#include "core/crash_point.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace keel {
namespace {

[[noreturn]] void pass_points(const char* setting, bool faults) {
  ::setenv("KEEL_CRASH_AT", setting, 1);
  if (faults) arm_crash_points();
  crash_point("before_append");
  crash_point("after_append");
  crash_point("after_append");
  std::_Exit(0);
}

const auto lives = testing::ExitedWithCode(0);
const auto dies = testing::KilledBySignal(SIGKILL);

TEST(CrashPoint, KillsAtTheNamedPlace) { EXPECT_EXIT(pass_points("before_append", true), dies, ""); }

TEST(CrashPoint, KillsTheNthTimeOnly) {
  EXPECT_EXIT(pass_points("after_append:2", true), dies, "");
  EXPECT_EXIT(pass_points("after_append:3", true), lives, "");
}

TEST(CrashPoint, PassesAtOtherPlaces) { EXPECT_EXIT(pass_points("elsewhere", true), lives, ""); }

TEST(CrashPoint, IsOnlyHeededWhenFaultsAreOn) { EXPECT_EXIT(pass_points("before_append", false), lives, ""); }

}  // namespace
}  // namespace keel

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "core/crash_point.hpp"
#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

/// Dies in a child process; what it got done until then stands on standard error.
class WriterCrash : public WriterDesk {
 protected:
  struct Loud : Player {
    void confirmed(std::uint64_t, std::span<journal::Outcome>, bool) override { std::cerr << "told" << std::endl; }
  };

  void crash_at(const char* point) {
    ::setenv("KEEL_CRASH_AT", point, 1);
    arm_crash_points();
    hooks->append = [](const auto& call) {
      auto appended = call();
      std::cerr << "committed" << std::endl;
      return appended;
    };
    auto cart = aggregate("a");
    cart.player = std::make_shared<Loud>();
    command(cart, 1);
    work();
  }
};

using WriterCrashDeathTest = WriterCrash;

TEST_F(WriterCrashDeathTest, BeforeTheAppendNothingIsStored) {
  EXPECT_EXIT(crash_at("before_append"), ::testing::KilledBySignal(SIGKILL), "^$");
}

TEST_F(WriterCrashDeathTest, AfterTheAppendNobodyIsToldYet) {
  EXPECT_EXIT(crash_at("after_append"), ::testing::KilledBySignal(SIGKILL), "^committed\n$");
}

}  // namespace
}  // namespace keel::test

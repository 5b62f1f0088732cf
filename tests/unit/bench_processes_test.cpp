#include "bench/processes.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/process.hpp"

namespace keel::bench {
namespace {

TEST(BenchProcesses, AChildCountsWithItsParentUnlessItIsNamedItself) {
  const auto child = test::Process::start({"/bin/sh", {"-c", "while :; do :; done"}, {}, "/dev/null"});
  const Processes named{{"client", {getpid()}}, {"echo", {child.pid()}}};
  ASSERT_TRUE(test::eventually([&] { return cpu_seconds(named).at("echo") >= 0.3; }));
  const auto together = cpu_seconds({{"client", {getpid()}}});
  const auto apart = cpu_seconds(named);
  EXPECT_LT(apart.at("client"), together.at("client") - 0.2);
}

}  // namespace
}  // namespace keel::bench

#include "bench/processes.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace keel::bench {
namespace {

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// A child that has used 0.3 s of CPU and waits to be killed.
class BusyChild {
 public:
  BusyChild() {
    std::array<int, 2> done{};
    if (pipe(done.data()) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      while (own_cpu_seconds() < 0.3) {
      }
      if (write(done[1], "", 1) == 1) pause();
      _exit(1);
    }
    char told = 0;
    close(done[1]);
    busy_ = read(done[0], &told, 1) == 1;
    close(done[0]);
  }
  BusyChild(const BusyChild&) = delete;
  BusyChild& operator=(const BusyChild&) = delete;
  ~BusyChild() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool busy() const { return busy_; }

 private:
  pid_t pid_ = -1;
  bool busy_ = false;
};

TEST(BenchProcesses, AChildCountsWithItsParentUnlessItIsNamedItself) {
  const BusyChild child;
  ASSERT_TRUE(child.busy());
  const auto together = cpu_seconds({{"client", {getpid()}}});
  const auto apart = cpu_seconds({{"client", {getpid()}}, {"echo", {child.pid()}}});
  EXPECT_GE(apart.at("echo"), 0.2);
  EXPECT_LT(apart.at("client"), together.at("client") - 0.1);
}

}  // namespace
}  // namespace keel::bench

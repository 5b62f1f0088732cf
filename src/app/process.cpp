#include "app/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <utility>

namespace keel::app {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// Takes further signals once the first one was heeded.
void end_at_second_signal() {
  std::thread([] {
    const sigset_t set = stop_signals();
    int signal = 0;
    sigwait(&set, &signal);
    std::fputs("keel: asked to end twice, ending at once\n", stderr);
    _exit(1);
  }).detach();
}

}  // namespace

StopSignal::StopSignal() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void StopSignal::wait(const std::function<bool()>& also) const {
  const sigset_t set = stop_signals();
  constexpr timespec pause{0, 100'000'000};
  while (!also()) {
    if (sigtimedwait(&set, nullptr, &pause) > 0) break;
  }
  end_at_second_signal();
}

bool StopSignal::asked() const {
  sigset_t waiting;
  sigpending(&waiting);
  return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

std::function<bool()> now_and_then(std::function<void()> work) {
  return [work = std::move(work), next = std::chrono::steady_clock::time_point()]() mutable {
    if (std::chrono::steady_clock::now() >= next) {
      work();
      next = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    }
    return false;
  };
}

void StopSignal::raise() { ::kill(getpid(), SIGTERM); }

struct Watchdog::Shared {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
};

Watchdog::Watchdog(std::chrono::milliseconds grace) : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_, grace] {
    std::unique_lock lock(shared->mutex);
    if (shared->ended.wait_for(lock, grace, [&] { return shared->done; })) return;
    std::fputs("keel: the stop took too long, ending at once\n", stderr);
    _exit(1);
  }).detach();
}

Watchdog::~Watchdog() {
  const std::lock_guard lock(shared_->mutex);
  shared_->done = true;
  shared_->ended.notify_all();
}

std::string host_name() {
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return host;
}

std::string process_name() { return host_name() + ":" + std::to_string(getpid()); }

}  // namespace keel::app

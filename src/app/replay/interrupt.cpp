#include "app/replay/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace keel::app {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void heed(int) {
  constexpr int interrupted_twice = 130;
  if (interrupted.exchange(true)) _exit(interrupted_twice);
}

void listen(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  interrupted = false;
  listen(&heed);
}

Interrupt::~Interrupt() { listen(SIG_DFL); }

bool Interrupt::asked() const { return interrupted; }

}  // namespace keel::app

#include "demo/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace keel::demo {

Progress::Progress(std::string_view what, std::size_t total)
    : what_(what),
      total_(total),
      begun_(std::chrono::steady_clock::now()),
      shown_(begun_),
      terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::step() {
  ++seen_;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000))) return;
  shown_ = now;
  show(false);
}

void Progress::finish() { show(true); }

void Progress::show(bool last) {
  std::fprintf(stderr, "%s  %-34.*s %6zu / %zu   %.1f s%s", terminal_ ? "\r" : "", static_cast<int>(what_.size()),
               what_.data(), seen_, total_, seconds(), terminal_ && !last ? "" : "\n");
}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

}  // namespace keel::demo

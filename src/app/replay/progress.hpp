#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "app/replay/operator_command.hpp"

namespace keel::app {

/// How far long work is, told beside its results: a bar on a terminal, else a plain line every `--progress-interval`,
/// and with `--output jsonl` one object of type `progress` on standard output. Never in the way of an error: those come
/// on lines of their own.
class ProgressTeller {
 public:
  ProgressTeller(CommandCall& call, std::string subject, std::chrono::seconds interval)
      : call_(call), subject_(std::move(subject)), interval_(interval) {}

  struct Now {
    std::string phase;
    std::int64_t events = 0;
    std::int64_t total = 0;
    std::int64_t rate = 0;
  };
  void tell(const Now& now);

 private:
  CommandCall& call_;
  const std::string subject_;
  const std::chrono::seconds interval_;
  std::chrono::steady_clock::time_point next_;
};

/// `1m40s`; empty when it cannot be told.
std::string time_left(std::int64_t events, std::int64_t total, std::int64_t rate);

}  // namespace keel::app

#include "app/replay/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

double share(const ProgressTeller::Now& now) {
  if (now.total == 0) return 1;
  return std::min(1.0, static_cast<double>(now.events) / static_cast<double>(now.total));
}

std::string facts(const ProgressTeller::Now& now) {
  std::array<char, 16> percent{};
  std::snprintf(percent.data(), percent.size(), "%.1f%%", share(now) * 100);
  const auto left = time_left(now.events, now.total, now.rate);
  return std::string(percent.data()) + " " + std::to_string(now.events) + "/" + std::to_string(now.total) + " " +
         std::to_string(now.rate) + " ev/s" + (left.empty() ? "" : " eta " + left);
}

std::string bar(const ProgressTeller::Now& now) {
  constexpr std::size_t width = 24;
  const auto full = static_cast<std::size_t>(share(now) * static_cast<double>(width));
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

}  // namespace

std::string time_left(std::int64_t events, std::int64_t total, std::int64_t rate) {
  if (rate <= 0 || events >= total) return {};
  const auto seconds = (total - events + rate - 1) / rate;
  return (seconds >= 60 ? std::to_string(seconds / 60) + "m" : "") + std::to_string(seconds % 60) + "s";
}

void ProgressTeller::tell(const Now& now) {
  if (call_.terminal.can_draw() && !call_.output.for_programs()) {
    return call_.terminal.draw(subject_ + " " + now.phase + " " + bar(now) + " " + facts(now));
  }
  const auto at = std::chrono::steady_clock::now();
  if (at < next_) return;
  next_ = at + interval_;
  if (call_.output.format() == OutputFormat::jsonl) {
    call_.output.record({{"type", "progress"},
                         {"subject", subject_},
                         {"phase", now.phase},
                         {"events", now.events},
                         {"total", now.total},
                         {"rate", now.rate}});
    return;
  }
  const auto when = std::get<std::string>(moment(system_now()));
  call_.terminal.say(when + " " + subject_ + " " + now.phase + " " + facts(now));
}

}  // namespace keel::app

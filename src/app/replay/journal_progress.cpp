#include "app/replay/journal_progress.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "app/replay/interrupt.hpp"
#include "app/replay/words.hpp"

namespace keel::app {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::milliseconds draw_every{200};
constexpr std::chrono::milliseconds tell_every{10'000};

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string rate_text(double per_second) {
  if (per_second < 10'000) return formatted("%.0f ev/s", per_second);
  return formatted("%.1fk ev/s", per_second / 1'000);
}

std::string eta_text(double left, double per_second) {
  if (per_second <= 0) return "eta ?";
  const auto seconds = static_cast<long>(left / per_second);
  if (seconds < 60) return "eta " + std::to_string(seconds) + "s";
  return "eta " + std::to_string(seconds / 60) + "m" + std::to_string(seconds % 60) + "s";
}

}  // namespace

std::string progress_line(std::string_view what, const replay::Tally& tally, std::chrono::duration<double> since,
                          Timestamp now) {
  const auto events = tally.events.load();
  const auto target = std::max<std::int64_t>(tally.target.load(), 1);
  const double rate = since.count() > 0 ? static_cast<double>(events) / since.count() : 0;
  return utc_text(now) + " " + std::string(what) + " " +
         formatted("%.1f%%", 100.0 * static_cast<double>(events) / static_cast<double>(target)) + " " +
         std::to_string(events) + "/" + std::to_string(tally.target.load()) + " " + rate_text(rate) + " " +
         eta_text(static_cast<double>(target - events), rate) + " findings=" + std::to_string(tally.findings.load());
}

void JournalProgress::during(const std::function<void(replay::Tally&, const std::atomic<bool>&)>& work) {
  const Interrupt interrupt;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  const std::jthread worker([&] {
    work(tally_, stopping_);
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  });
  const auto began = steady_clock::now();
  const auto every = terminal_.can_draw() ? draw_every : tell_every;
  auto next = began + every;
  for (std::unique_lock lock(mutex); !changed.wait_for(lock, look_every, [&] { return ended; });) {
    if (interrupt.asked()) stopping_ = true;
    if (steady_clock::now() < next) continue;
    next += every;
    tell(began);
  }
}

void JournalProgress::tell(steady_clock::time_point began) {
  const auto line = progress_line(what_, tally_, steady_clock::now() - began, system_now());
  if (terminal_.can_draw()) return terminal_.draw(line);
  terminal_.say(line);
}

}  // namespace keel::app

#include "app/replay/words.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace keel::app {
namespace {

using std::chrono::microseconds;

/// Takes so many digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits || number < 0) return {};
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<microseconds> take_fraction(std::string_view& text) {
  std::int64_t fraction = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    fraction = fraction * 10 + (text.front() - '0');
    if (digits == 6) return {};
  }
  if (digits == 0) return {};
  for (; digits < 6; ++digits) fraction *= 10;
  return microseconds(fraction);
}

std::optional<microseconds> take_time(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return {};
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return {};
  microseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!take(text, ":")) return time;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return {};
  time += std::chrono::seconds(*second);
  if (!take(text, ".")) return time;
  const auto fraction = take_fraction(text);
  if (!fraction) return {};
  return time + *fraction;
}

}  // namespace

std::string utc_text(Timestamp moment) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  const std::time_t time = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string told(text.data(), length);
  if (const auto rest = (moment - seconds).count(); rest != 0) {
    std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(rest));
    told += text.data();
  }
  return told + "Z";
}

std::optional<Timestamp> parse_utc(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return {};
  const auto day = take_number(text, 2);
  if (!day) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  const Timestamp midnight = std::chrono::sys_days(date);
  if (text.empty()) return midnight;
  if (!take(text, "T ")) return {};
  const auto time = take_time(text);
  take(text, "Zz");
  if (!time || !text.empty()) return {};
  return midnight + *time;
}

std::string duration_text(microseconds length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* small_unit) {
    return std::to_string(large) + unit + " " + std::to_string(small) + small_unit;
  };
  if (seconds >= 86'400) return two(seconds / 86'400, "d", seconds % 86'400 / 3'600, "h");
  if (seconds >= 3'600) return two(seconds / 3'600, "h", seconds % 3'600 / 60, "m");
  if (seconds >= 60) return two(seconds / 60, "m", seconds % 60, "s");
  return std::to_string(seconds) + "s";
}

}  // namespace keel::app

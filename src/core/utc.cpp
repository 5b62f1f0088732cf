#include "core/utc.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace keel {
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

std::string whole_seconds(std::chrono::sys_seconds moment) {
  const std::time_t time = moment.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return {text.data(), length};
}

}  // namespace

std::string utc_text_us(Timestamp moment) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06dZ", static_cast<int>((moment - seconds).count()));
  return whole_seconds(seconds) + fraction.data();
}

std::string utc_text(Timestamp moment) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  return moment == seconds ? whole_seconds(seconds) + "Z" : utc_text_us(moment);
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

}  // namespace keel

#include "domain/shape.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "core/aggregate_ref.hpp"
#include "domain/checked.hpp"

namespace keel::domain {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;

bool is_currency(std::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

void check_id(std::string_view field, std::string_view id, Violations& violations) {
  if (id.empty() || id.size() > max_id_bytes) violations.add(std::string(field), "must be 1 to 128 bytes");
  if (id.find('\0') != std::string_view::npos) violations.add(std::string(field), "must not contain NUL");
}

void check_quantity(std::string_view field, std::int64_t quantity, Violations& violations) {
  check_range(field, quantity, 1, max_quantity, violations);
}

void check_range(std::string_view field, std::int64_t value, std::int64_t least, std::int64_t most,
                 Violations& violations) {
  if (value >= least && value <= most) return;
  violations.add(std::string(field), "must be " + std::to_string(least) + " to " + std::to_string(most));
}

void check_price(std::string_view field, const type::v1::Money* price, Violations& violations) {
  if (price == nullptr) return violations.add(std::string(field), "must be given");
  if (!is_currency(price->currency_code())) {
    violations.add(std::string(field) + ".currency_code", "must be three capital letters (ISO 4217)");
  }
  if (price->minor_units() < 0) violations.add(std::string(field) + ".minor_units", "must not be negative");
}

google::protobuf::Timestamp to_message(Timestamp moment) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  const std::chrono::nanoseconds rest = moment - seconds;
  google::protobuf::Timestamp message;
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>(rest.count()));
  return message;
}

Timestamp from_message(const google::protobuf::Timestamp& moment) {
  const auto whole = checked_multiply(moment.seconds(), microseconds_per_second);
  const auto all = whole ? checked_add(*whole, moment.nanos() / 1000) : std::nullopt;
  if (!all) return moment.seconds() < 0 ? Timestamp::min() : Timestamp::max();
  return Timestamp(std::chrono::microseconds(*all));
}

}  // namespace keel::domain

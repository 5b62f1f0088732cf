#pragma once

#include <cstdint>
#include <string_view>

#include "core/clock.hpp"
#include "domain/decision.hpp"
#include "google/protobuf/timestamp.pb.h"
#include "keel/type/v1/money.pb.h"

namespace keel::domain {

/// The most that one command may move of anything; sums of them are checked apart.
inline constexpr std::int64_t max_quantity = 1'000'000'000;

/// Adds a violation unless the id has 1..128 bytes and no NUL. Bytes are otherwise kept as they are.
void check_id(std::string_view field, std::string_view id, Violations& violations);
/// Adds a violation unless 1 <= quantity <= `max_quantity`.
void check_quantity(std::string_view field, std::int64_t quantity, Violations& violations);
/// Adds a violation unless the price is there, has a currency of three capital letters and is not negative. Free is
/// good.
void check_price(std::string_view field, const type::v1::Money* price, Violations& violations);
/// Adds a violation unless least <= value <= most.
void check_range(std::string_view field, std::int64_t value, std::int64_t least, std::int64_t most,
                 Violations& violations);

/// The event form of a moment: whole seconds and nanoseconds, as protobuf has it.
google::protobuf::Timestamp to_message(Timestamp moment);
/// Back again, to the microsecond. Total: what lies outside 64 bits of microseconds becomes the first or last moment.
Timestamp from_message(const google::protobuf::Timestamp& moment);

}  // namespace keel::domain

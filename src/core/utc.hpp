#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel {

/// A moment as people read it: RFC 3339 in UTC, `2026-11-20T22:51:31Z`, with microseconds only where there are any.
std::string utc_text(Timestamp moment);

/// The same, always with six digits of a second: what programs compare as text.
std::string utc_text_us(Timestamp moment);

/// Reads it back: a date, a date with a time, with or without a fraction of up to six digits and a `Z`. Always UTC.
std::optional<Timestamp> parse_utc(std::string_view text);

}  // namespace keel

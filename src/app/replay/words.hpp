#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel::app {

/// A moment as people read it: RFC 3339 in UTC, `2026-11-20T22:51:31Z`, with microseconds only where there are any.
std::string utc_text(Timestamp moment);

/// Reads it back: a date, a date with a time, with or without a fraction of up to six digits and a `Z`. Always UTC.
std::optional<Timestamp> parse_utc(std::string_view text);

/// How long, in the two largest units: `3d 4h`, `12m 5s`, `0s`.
std::string duration_text(std::chrono::microseconds length);

}  // namespace keel::app

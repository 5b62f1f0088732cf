#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel::dashboard {

/// A document of the API. Keys keep the order in which they were set, so that equal documents are equal texts.
using Json = nlohmann::ordered_json;

/// Any bytes as a JSON text: what is no UTF-8 shows as `\xNN`, everything else stays as it is (markup, control
/// characters, right-to-left marks: JSON escapes what it must, and the front end never takes text for markup).
Json text(std::string_view bytes);
/// Positions, versions and counts may exceed what a browser's number holds: a text of digits.
Json whole(std::int64_t number);
Json whole(std::uint64_t number);
/// RFC 3339, UTC, with microseconds.
Json moment(Timestamp at);

/// On one line.
std::string dump(const Json& document);

}  // namespace keel::dashboard

#pragma once

#include <string>
#include <string_view>

#include "ops/log.hpp"

namespace keel::log {

/// What stands on one line.
struct Event {
  Timestamp at;
  std::string_view level;
  std::string_view logger;
  std::string_view message;
  std::string_view service;
  std::string_view node;
  Fields fields;
};

/// Texts longer than this are cut, with `…(+N bytes)` behind.
inline constexpr std::size_t longest_text = 4096;

/// One JSON object (RFC 8259), keys in a fixed order, no line break in it.
std::string json_line(const Event& event);

/// `2026-01-31T12:00:00.123456Z INFO  journal: took the lanes context=cart lanes=16`. Values with blanks, quotes or
/// control characters are quoted.
std::string text_line(const Event& event);

/// RFC 3339, UTC, six digits of a second.
std::string rfc3339(Timestamp at);

}  // namespace keel::log

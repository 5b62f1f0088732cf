#include "core/traceparent.hpp"

#include <algorithm>
#include <cstddef>

namespace keel {
namespace {

constexpr std::size_t version_00_bytes = 55;
constexpr std::size_t longest = 128;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return each >= 0x20 && each <= 0x7E; });
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char each) { return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f'); });
}

bool is_id(std::string_view hex) { return is_lower_hex(hex) && hex.find_first_not_of('0') != std::string_view::npos; }

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < version_00_bytes || text.size() > longest) return false;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return false;
  if (!is_id(text.substr(3, 32)) || !is_id(text.substr(36, 16)) || !is_lower_hex(text.substr(53, 2))) return false;
  return text.size() == version_00_bytes || (version != "00" && text[version_00_bytes] == '-' && is_printable(text));
}

std::string as_version_00(std::string_view traceparent) {
  if (!is_traceparent(traceparent)) return {};
  return "00" + std::string(traceparent.substr(2, version_00_bytes - 2));
}

std::string_view trace_id_of(std::string_view traceparent) {
  return is_traceparent(traceparent) ? traceparent.substr(3, 32) : std::string_view{};
}

}  // namespace keel

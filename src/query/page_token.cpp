#include "query/page_token.hpp"

#include "core/aggregate_ref.hpp"
#include "core/token.hpp"

namespace keel::query {
namespace {

constexpr char format = '1';
constexpr std::size_t check_bytes = 8;

void put(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

std::uint64_t take(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint64_t check_of(std::string_view content, std::string_view query) { return lane_hash(query, content); }

std::optional<std::vector<std::string>> parts_of(std::string_view bytes) {
  std::vector<std::string> parts;
  while (!bytes.empty()) {
    if (bytes.size() < 8) return {};
    const auto length = take(bytes);
    bytes.remove_prefix(8);
    if (length > bytes.size()) return {};
    parts.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return parts;
}

}  // namespace

std::string encode(const PageToken& token, std::string_view query) {
  std::string content;
  put(content, static_cast<std::uint64_t>(token.generation));
  for (const auto& part : token.after) {
    put(content, part.size());
    content += part;
  }
  std::string bytes(1, format);
  put(bytes, check_of(content, query));
  return to_base64url(bytes + content);
}

std::optional<PageToken> decode_page_token(std::string_view text, std::string_view query) {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() < 1 + check_bytes + 8 || bytes->front() != format) return {};
  const std::string_view content = std::string_view(*bytes).substr(1 + check_bytes);
  if (take(std::string_view(*bytes).substr(1)) != check_of(content, query)) return {};
  auto parts = parts_of(content.substr(8));
  if (!parts) return {};
  return PageToken{static_cast<std::int64_t>(take(content)), *std::move(parts)};
}

}  // namespace keel::query

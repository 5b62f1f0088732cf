#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel::query {

/// Where the next page begins: after the row with this key, in this generation's tables, for this query.
struct PageToken {
  std::int64_t generation = 0;
  /// The key of the last row of the page before; text columns only.
  std::vector<std::string> after;
  friend bool operator==(const PageToken&, const PageToken&) = default;
};

/// The opaque text that clients see: URL-safe base64 of "1" ‖ check (8) ‖ generation (8) ‖ length-prefixed key parts.
/// `query` names method and filters; it goes into the check, so that a token of another query, or a damaged one, is
/// refused. No secret: a forged token shows nothing that the caller could not ask for.
std::string encode(const PageToken& token, std::string_view query);

/// Nothing unless `encode` made the text for the same query.
std::optional<PageToken> decode_page_token(std::string_view text, std::string_view query);

}  // namespace keel::query

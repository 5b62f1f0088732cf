#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/quantities.hpp"
#include "core/uuid.hpp"

namespace keel {

/// Says "everything up to here": one position of one lane of one incarnation of the journal.
/// A command's reply carries it; a query that is given it waits for that lane of its projection, never for others.
struct Token {
  Uuid incarnation;
  std::string context;
  Lane lane;
  Position position;
  friend auto operator<=>(const Token&, const Token&) = default;
};

/// The opaque text that clients see: URL-safe base64 of "1" ‖ incarnation ‖ lane ‖ position ‖ context.
std::string encode(const Token& token);

/// Nothing when the text is not one that `encode` makes.
std::optional<Token> decode_token(std::string_view text);

/// URL-safe base64 without padding (RFC 4648 section 5): the form of every opaque text of the API.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace keel

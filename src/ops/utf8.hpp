#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace keel::ops {

/// Length in bytes of the well-formed UTF-8 character that `text` begins with (RFC 3629: no overlong forms, no
/// surrogates, nothing past U+10FFFF); 0 when it begins with none.
std::size_t utf8_length(std::string_view text);

/// `text` with every byte that is no UTF-8 written as `\xNN`.
std::string mend_utf8(std::string_view text);

/// The longest prefix of at most `bytes` bytes that does not cut a character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace keel::ops

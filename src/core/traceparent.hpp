#pragma once

#include <string>
#include <string_view>

namespace keel {

/// The header that says which trace a call belongs to: `<version>-<trace id>-<parent id>-<flags>`, lower-case hex.
/// Source: W3C Trace Context level 1, section 3.2, https://www.w3.org/TR/trace-context-1.
///
/// Whether the text has that form. Version 00 has exactly four parts; a later one may have more, up to 128 bytes;
/// version ff and ids of zeros only are forbidden.
bool is_traceparent(std::string_view text);

/// The same trace in the form of version 00, the only one that we write, as section 4.3 asks; empty when it is none.
std::string as_version_00(std::string_view traceparent);

/// Its trace id, 32 hex digits, a view into the text; empty when it is no traceparent.
std::string_view trace_id_of(std::string_view traceparent);

}  // namespace keel

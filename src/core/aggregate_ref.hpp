#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/quantities.hpp"

namespace keel {

/// Names one aggregate of a context: its type ("Cart") and its id (1..128 bytes, UTF-8 without NUL).
struct AggregateRef {
  std::string type;
  std::string id;
  friend auto operator<=>(const AggregateRef&, const AggregateRef&) = default;
};

/// The longest id that any surface takes, in bytes.
inline constexpr std::size_t max_id_bytes = 128;

/// FNV-1a-64 over `type`, one zero byte and `id`.
/// Source: Fowler/Noll/Vo, draft-eastlake-fnv; the golden test pins the values, because stored lanes rest on them.
std::uint64_t lane_hash(std::string_view type, std::string_view id);

/// The lane that an aggregate lives in, for ever: `lane_hash` modulo the journal's lane count (> 0).
Lane lane_of(std::string_view type, std::string_view id, std::int32_t lane_count);

}  // namespace keel

template <>
struct std::hash<keel::AggregateRef> {
  std::size_t operator()(const keel::AggregateRef& ref) const { return keel::lane_hash(ref.type, ref.id); }
};

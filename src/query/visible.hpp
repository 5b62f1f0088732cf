#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/aggregate_ref.hpp"
#include "core/clock.hpp"
#include "core/token.hpp"

namespace keel::type::v1 {
class AsOf;
}

namespace keel::query {

/// What is visible of one projection, as seen at one moment: how far each lane is folded, and what is parked.
/// Immutable once published; what is read after it was seen is at least as fresh.
struct Visible {
  struct LaneSeen {
    Uuid incarnation;
    Position position;
    std::int64_t revision = 0;
  };
  struct Parked {
    std::string context;
    Lane lane;
    /// Of the aggregate's first parked event.
    Position from;
  };

  std::int64_t generation = 0;
  /// Keeps the generation's tables from being dropped for as long as somebody keeps this.
  std::shared_ptr<const void> held;
  /// By context, then by lane number; a lane that was never folded is empty.
  std::map<std::string, std::vector<std::optional<LaneSeen>>, std::less<>> lanes;
  std::unordered_map<AggregateRef, Parked> parked_aggregates;
  std::set<std::tuple<std::string, Lane, Position>> parked_events;
  Timestamp seen_at;

  /// Null for a lane that was never folded.
  const LaneSeen* lane(std::string_view context, Lane lane) const;
  bool parked(const AggregateRef& aggregate) const { return parked_aggregates.contains(aggregate); }
  /// One of the tokens stands for an event of this aggregate that is parked, or comes after one.
  bool parked_for(const AggregateRef& aggregate, const std::vector<Token>& tokens) const;
};

/// How a token stands to what is visible.
enum class TokenStanding { visible, not_yet, outdated, unknown_lane, parked };
TokenStanding standing(const Token& token, const Visible& visible);

/// The token of a place in a lane; empty for a lane that was never folded.
std::string token_of(const Visible& visible, std::string_view context, Lane lane, Position position);

/// Freshness by one lane, or by all lanes of the projection.
void fill_as_of(const Visible& visible, std::string_view context, Lane lane, type::v1::AsOf& as_of);
void fill_as_of(const Visible& visible, type::v1::AsOf& as_of);

}  // namespace keel::query

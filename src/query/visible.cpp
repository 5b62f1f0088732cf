#include "query/visible.hpp"

#include <google/protobuf/timestamp.pb.h>

#include "keel/type/v1/as_of.pb.h"
#include "query/proto_time.hpp"

namespace keel::query {

const Visible::LaneSeen* Visible::lane(std::string_view context, Lane lane) const {
  const auto found = lanes.find(context);
  if (found == lanes.end()) return nullptr;
  const auto number = static_cast<std::size_t>(lane.value);
  if (lane.value < 0 || number >= found->second.size() || !found->second[number]) return nullptr;
  return &*found->second[number];
}

bool Visible::parked_for(const AggregateRef& aggregate, const std::vector<Token>& tokens) const {
  const auto found = parked_aggregates.find(aggregate);
  if (found == parked_aggregates.end()) return false;
  const auto& parked = found->second;
  for (const auto& token : tokens) {
    if (token.context == parked.context && token.lane == parked.lane && token.position >= parked.from) return true;
  }
  return false;
}

TokenStanding standing(const Token& token, const Visible& visible) {
  const auto lanes = visible.lanes.find(token.context);
  const bool told = lanes != visible.lanes.end() && !lanes->second.empty();
  if (!told) return TokenStanding::not_yet;
  if (static_cast<std::size_t>(token.lane.value) >= lanes->second.size()) return TokenStanding::unknown_lane;
  const auto* seen = visible.lane(token.context, token.lane);
  if (seen == nullptr) return TokenStanding::not_yet;
  if (seen->incarnation != token.incarnation) return TokenStanding::outdated;
  if (seen->position < token.position) return TokenStanding::not_yet;
  return visible.parked_events.contains({token.context, token.lane, token.position}) ? TokenStanding::parked
                                                                                     : TokenStanding::visible;
}

std::string token_of(const Visible& visible, std::string_view context, Lane lane, Position position) {
  const auto* seen = visible.lane(context, lane);
  if (seen == nullptr) return {};
  return encode(Token{seen->incarnation, std::string(context), lane, position});
}

void fill_as_of(const Visible& visible, std::string_view context, Lane lane, type::v1::AsOf& as_of) {
  set_time(visible.seen_at, *as_of.mutable_time());
  if (const auto* seen = visible.lane(context, lane)) {
    as_of.add_tokens(encode(Token{seen->incarnation, std::string(context), lane, seen->position}));
  }
}

void fill_as_of(const Visible& visible, type::v1::AsOf& as_of) {
  set_time(visible.seen_at, *as_of.mutable_time());
  for (const auto& [context, lanes] : visible.lanes) {
    for (std::size_t number = 0; number < lanes.size(); ++number) {
      if (!lanes[number]) continue;
      const Lane lane{static_cast<std::int32_t>(number)};
      as_of.add_tokens(encode(Token{lanes[number]->incarnation, context, lane, lanes[number]->position}));
    }
  }
}

}  // namespace keel::query

#include "query/lane_choice.hpp"

#include <algorithm>
#include <charconv>

namespace keel::query {
namespace {

std::optional<std::int32_t> lane_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return {};
  return number;
}

}  // namespace

std::optional<LaneChoice> parse_lane_choice(std::string_view text) {
  if (text == "all") return LaneChoice{};
  if (text == "group") return LaneChoice{LaneChoice::Kind::group, 0, 0};
  const auto dash = text.find('-');
  const auto first = lane_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : lane_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return {};
  return LaneChoice{LaneChoice::Kind::range, *first, *last};
}

std::vector<Lane> lanes_of(const LaneChoice& choice, std::int32_t lane_count) {
  std::vector<Lane> lanes;
  const auto first = choice.kind == LaneChoice::Kind::range ? choice.first : 0;
  const auto last = choice.kind == LaneChoice::Kind::range ? std::min(choice.last, lane_count - 1) : lane_count - 1;
  for (auto lane = first; lane <= last; ++lane) lanes.push_back(Lane{lane});
  return lanes;
}

}  // namespace keel::query

#include "dashboard/parts.hpp"

#include <algorithm>
#include <cstdlib>

namespace keel::dashboard {

std::string_view name_of(Payloads payloads) {
  switch (payloads) {
    case Payloads::none:
      return "none";
    case Payloads::keys:
      return "keys";
    case Payloads::full:
      return "full";
  }
  std::abort();
}

const query::Projection* find_projection(const DashboardParts& parts, std::string_view name) {
  const auto found = std::ranges::find(parts.projections, name, &query::Projection::name);
  return found == parts.projections.end() ? nullptr : &*found;
}

const domain::AggregateKind* find_kind(const DashboardParts& parts, std::string_view context, std::string_view type) {
  for (const auto& shown : parts.contexts) {
    if (shown.name != context) continue;
    const auto found = std::ranges::find(shown.aggregates, type, &domain::AggregateKind::type);
    if (found != shown.aggregates.end()) return *found;
  }
  return nullptr;
}

}  // namespace keel::dashboard

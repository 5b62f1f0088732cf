#pragma once

#include <string>
#include <vector>

#include "domain/aggregate.hpp"
#include "domain/reaction.hpp"
#include "query/read_model.hpp"

namespace keel::app {

/// A bounded context as the engine is told of it: lanes, topic, command methods, reactor and projections follow from
/// this.
struct Context {
  std::string name;
  std::vector<const domain::AggregateKind*> aggregates;
  query::ReadModel read_model;
  /// Null when the context starts nothing by itself.
  const domain::Reactor* reactor = nullptr;
};

/// The line that registers a context: its aggregate, its read model and, for a workflow, its reactor.
template <domain::Aggregate A>
Context context(query::ReadModel read_model, const domain::Reactor* reactor = nullptr) {
  return Context{std::string(A::context), {&domain::kind_of<A>()}, std::move(read_model), reactor};
}

}  // namespace keel::app

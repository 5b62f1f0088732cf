#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/roles/watched_part.hpp"
#include "query/query_context.hpp"

namespace keel::app {

/// The tree of a query process: `query/readers`, `query/watcher of carts`. As `ProjectionTree`: it looks at what the
/// parts say of themselves. One thread.
class QueryTree {
 public:
  /// The registry outlives it.
  explicit QueryTree(ops::SupervisionRegistry& registry);

  void look(const std::vector<query::QueryPart>& parts);
  /// All of it, at the end of the process.
  void stopped();

 private:
  ops::SupervisionRegistry& registry_;
  const ops::NodeId root_;
  std::map<std::string, WatchedPart, std::less<>> parts_;
};

}  // namespace keel::app

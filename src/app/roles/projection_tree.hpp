#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "app/roles/watched_part.hpp"
#include "query/projector_set.hpp"

namespace keel::app {

/// The tree of a projector process: `projector/<projection>/generation 3/cart lane 7`.
///
/// Projectors are threads that mend themselves, so nobody reports: this looks at what they say of themselves, and tells
/// the registry what has changed since the last look. What comes and goes between two looks is not seen. A projection
/// that is paused is at work: it does what it was told. One thread.
class ProjectionTree {
 public:
  /// The registry outlives it.
  explicit ProjectionTree(ops::SupervisionRegistry& registry);

  void look(const query::ProjectorSetStatus& status);
  /// All of it, at the end of the process.
  void stopped();

 private:
  struct Generation {
    WatchedPart part;
    std::map<std::pair<std::string, std::int32_t>, WatchedPart> lanes;
  };
  struct Projection {
    WatchedPart part;
    std::map<std::int64_t, Generation> generations;
  };

  void look(Projection& projection, const query::ProjectorStatus& status);
  void look(Generation& generation, const query::ProjectorStatus& status);
  static void forget_missing(Projection& projection, const query::ProjectorSetStatus& status);
  static void forget_missing(Generation& generation, const query::ProjectorStatus& status);

  ops::SupervisionRegistry& registry_;
  const ops::NodeId root_;
  std::map<std::string, Projection, std::less<>> projections_;
};

}  // namespace keel::app

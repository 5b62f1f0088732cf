#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dashboard/exchange.hpp"
#include "dashboard/nodes.hpp"
#include "dashboard/services.hpp"

namespace keel::dashboard {

/// What of a tree is asked for.
struct TreeQuestion {
  std::uint64_t parent = 0;
  std::size_t page_size = 200;
  std::string page_token;
  /// Nothing: now.
  std::optional<Timestamp> at;
  /// In lower case; empty: whatever their name.
  std::string wanted;
  bool unhealthy = false;

  /// Over all levels, not one of them.
  bool searches() const { return unhealthy || !wanted.empty(); }
  /// Whether a node is searched for.
  bool fits(const Node& node) const;
};
Outcome<TreeQuestion> tree_question_of(const Request& request);

/// A part of a tree, and what is to be known of it.
struct TreeAnswer {
  std::vector<Node> nodes;
  std::string next_page_token{};
  bool truncated = false;
  std::vector<Missing> missing{};
};

/// One level of one process: of the process itself; of what was seen last when it is too slow; of what was stored when
/// it has gone, or when another moment is asked for.
Outcome<TreeAnswer> level_of(Services& services, const ProcessSample& process, const TreeQuestion& question);
/// Over all levels of one process, with all that is above what fits.
Outcome<TreeAnswer> found_in(Services& services, const ProcessSample& process, const TreeQuestion& question);

}  // namespace keel::dashboard

#include "ops/past_tree.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace keel::ops {
namespace {

/// Names may hold slashes, so only the supervisor's path tells where a name begins.
std::string name_below(const PastNode& node, std::string_view supervisor) {
  const bool is_below = node.path.size() > supervisor.size() && node.path.starts_with(supervisor);
  return is_below ? node.path.substr(supervisor.size() + 1) : node.path;
}

}  // namespace

std::vector<PastNode> past_tree(std::vector<PastNode> last_of_each_path) {
  // Ids grow in the order of start, and a supervisor is started before its children.
  std::ranges::sort(last_of_each_path, {}, &PastNode::id);
  std::vector<PastNode> tree;
  std::map<NodeId, std::size_t> places;
  for (PastNode& node : last_of_each_path) {
    const auto place = places.find(node.parent);
    const bool has_supervisor = place != places.end() && tree[place->second].state != NodeState::stopped;
    if (node.parent != 0 && !has_supervisor) continue;
    node.name = node.parent == 0 ? node.path : name_below(node, tree[place->second].path);
    places.emplace(node.id, tree.size());
    tree.push_back(std::move(node));
  }
  return tree;
}

}  // namespace keel::ops

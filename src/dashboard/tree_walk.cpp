#include "dashboard/tree_walk.hpp"

#include <grpcpp/support/status.h>

#include <deque>
#include <map>
#include <set>

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;
using SteadyClock = std::chrono::steady_clock;

constexpr int page_size = 1'000;

class Walk {
 public:
  Walk(const ProcessClient& client, const Uuid& process, const WalkLimits& limits)
      : client_(client), process_(process), limits_(limits), until_(SteadyClock::now() + limits.patience) {}

  WalkedTree go() {
    level(0, "");
    while (!waiting_.empty() && !over()) {
      const auto at = waiting_.front();
      waiting_.pop_front();
      level(walked_.nodes[at].id, walked_.nodes[at].path + "/");
    }
    walked_.truncated = walked_.truncated || !waiting_.empty();
    count_unhealthy_below(walked_.nodes);
    return std::move(walked_);
  }

 private:
  bool over() {
    if (!walked_.trouble.empty()) return true;
    if (SteadyClock::now() < until_ && walked_.nodes.size() < limits_.max_nodes) return false;
    walked_.truncated = true;
    return true;
  }

  void level(std::uint64_t parent, const std::string& prefix) {
    v1::GetSupervisionTreeRequest request;
    request.set_parent_id(parent);
    request.set_page_size(page_size);
    do {
      v1::GetSupervisionTreeResponse answer;
      const auto status = client_.tree(request, answer);
      if (!status.ok()) {
        walked_.trouble = status.error_message();
        return;
      }
      for (const auto& node : answer.nodes()) add(node, prefix);
      request.set_page_token(answer.next_page_token());
    } while (!request.page_token().empty() && !over());
  }

  void add(const v1::SupervisionNode& node, const std::string& prefix) {
    if (node.child_count() > 0) waiting_.push_back(walked_.nodes.size());
    walked_.nodes.push_back(node_of(process_, node, prefix + node.name()));
  }

  const ProcessClient& client_;
  const Uuid process_;
  const WalkLimits limits_;
  const SteadyClock::time_point until_;
  WalkedTree walked_;
  /// Places of those whose children are still to be asked for.
  std::deque<std::size_t> waiting_;
};

}  // namespace

WalkedTree walk_tree(const ProcessClient& client, const Uuid& process, const WalkLimits& limits) {
  return Walk(client, process, limits).go();
}

void count_unhealthy_below(std::vector<Node>& nodes) {
  std::map<std::uint64_t, int> below;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    auto& node = nodes[i];
    const int here = below[node.id];
    node.unhealthy_below = here;
    below[node.parent] += here + (node.unhealthy() ? 1 : 0);
  }
}

std::vector<Node> with_ancestors(const std::vector<Node>& nodes, const std::function<bool(const Node&)>& fits) {
  std::set<std::uint64_t> shown;
  std::vector<bool> chosen(nodes.size());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    chosen[i] = shown.contains(nodes[i].id) || fits(nodes[i]);
    if (chosen[i]) shown.insert(nodes[i].parent);
  }
  std::vector<Node> kept;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (chosen[i]) kept.push_back(nodes[i]);
  }
  return kept;
}

}  // namespace keel::dashboard

#include "dashboard/tree_look.hpp"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "dashboard/tree_walk.hpp"

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;

constexpr std::int64_t max_page = 1'000;
constexpr std::size_t max_question_bytes = 256;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return result;
}

bool switched_on(const std::string& given) {
  return !given.empty() && given != "false" && given != "no" && given != "0";
}

// -- as it was -----------------------------------------------------------------------------------------------

/// What nobody answers for is neither running nor anything else that was stored last.
void fade(std::vector<Node>& nodes, ops::Presence presence) {
  if (presence == ops::Presence::up) return;
  for (auto& node : nodes) {
    if (node.state != "stopped") node.state = name_of(presence);
  }
}

Outcome<std::vector<Node>> past_nodes(Services& services, const ProcessSample& process,
                                      const std::optional<Timestamp>& at) {
  const auto past = services.directory.tree_at(process.id(), at.value_or(system_now()));
  if (!past) return past.refusal();
  std::vector<Node> nodes;
  for (const auto& node : *past) nodes.push_back(node_of(process.id(), node));
  std::map<std::uint64_t, std::int64_t> children;
  for (const auto& node : nodes) ++children[node.parent];
  for (auto& node : nodes) node.children = children[node.id];
  count_unhealthy_below(nodes);
  if (!at) fade(nodes, process.seen.known.presence);
  return nodes;
}

/// Page tokens of nodes that we hold are the place of the next one.
Outcome<TreeAnswer> page_of(const std::vector<Node>& nodes, const TreeQuestion& question) {
  std::size_t begin = 0;
  const auto& token = question.page_token;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), begin);
  if (!token.empty() && (error != std::errc{} || end != token.data() + token.size())) {
    return bad_field("page_token", "is none that was given out for this question");
  }
  std::vector<Node> level;
  std::ranges::copy_if(nodes, std::back_inserter(level),
                       [&](const auto& node) { return node.parent == question.parent; });
  TreeAnswer answer;
  for (auto i = begin; i < level.size() && answer.nodes.size() < question.page_size; ++i)
    answer.nodes.push_back(level[i]);
  const auto next = begin + answer.nodes.size();
  if (next < level.size()) answer.next_page_token = std::to_string(next);
  return answer;
}

// -- as it is ------------------------------------------------------------------------------------------------

const Node* walked(const ProcessSample& process, std::uint64_t id) {
  if (!process.tree) return nullptr;
  const auto found = std::ranges::find(process.tree->nodes, id, &Node::id);
  return found == process.tree->nodes.end() ? nullptr : &*found;
}

/// Names from the root with a slash behind; a node that came after the last walk is asked for.
std::string path_to(const ProcessClient& client, const ProcessSample& process, std::uint64_t parent) {
  if (parent == 0) return "";
  if (const auto* node = walked(process, parent)) return node->path + "/";
  v1::GetActorRequest request;
  request.mutable_target()->set_node_id(parent);
  v1::GetActorResponse answer;
  return client.actor(request, answer).ok() ? answer.path() + "/" : std::string();
}

Outcome<TreeAnswer> live_level(const ProcessClient& client, const ProcessSample& process,
                               const TreeQuestion& question) {
  v1::GetSupervisionTreeRequest request;
  request.set_parent_id(question.parent);
  request.set_page_size(static_cast<std::int32_t>(question.page_size));
  request.set_page_token(question.page_token);
  v1::GetSupervisionTreeResponse found;
  if (const auto status = client.tree(request, found); !status.ok()) return refusal_of(status);
  const auto path = path_to(client, process, question.parent);
  TreeAnswer answer;
  for (const auto& one : found.nodes()) {
    auto node = node_of(process.id(), one, path + one.name());
    if (const auto* known = walked(process, node.id)) node.unhealthy_below = known->unhealthy_below;
    answer.nodes.push_back(std::move(node));
  }
  answer.next_page_token = found.next_page_token();
  return answer;
}

bool answers(const ProcessSample& process) { return process.told.has_value(); }

}  // namespace

bool TreeQuestion::fits(const Node& node) const {
  if (unhealthy && !node.unhealthy() && node.state != "stale" && node.state != "dead") return false;
  if (wanted.empty()) return true;
  return lower(node.name).find(wanted) != std::string::npos || lower(node.last_cause).find(wanted) != std::string::npos;
}

Outcome<TreeQuestion> tree_question_of(const Request& request) {
  TreeQuestion question;
  const auto parent = number_of(request, "parent", 0, 0, std::numeric_limits<std::int64_t>::max());
  if (!parent) return parent.refusal();
  const auto page_size = number_of(request, "page_size", 200, 1, max_page);
  if (!page_size) return page_size.refusal();
  const auto at = moment_of(request, "at");
  if (!at) return at.refusal();
  if (request.parameter("q").size() > max_question_bytes) return bad_field("q", "is longer than 256 bytes");
  question.parent = static_cast<std::uint64_t>(*parent);
  question.page_size = static_cast<std::size_t>(*page_size);
  question.page_token = request.parameter("page_token");
  question.at = *at;
  question.wanted = lower(request.parameter("q"));
  question.unhealthy = switched_on(request.parameter("unhealthy"));
  return question;
}

Outcome<TreeAnswer> level_of(Services& services, const ProcessSample& process, const TreeQuestion& question) {
  if (!question.at && answers(process)) {
    const auto client = client_of(services, process);
    auto answer = client ? live_level(**client, process, question) : Outcome<TreeAnswer>(client.refusal());
    if (answer || answer.refusal().status == 400 || !process.tree) return answer;
    auto remembered = page_of(process.tree->nodes, question);
    if (remembered) remembered->truncated = true;
    return remembered;
  }
  const auto nodes = past_nodes(services, process, question.at);
  if (!nodes) return nodes.refusal();
  return page_of(*nodes, question);
}

Outcome<TreeAnswer> found_in(Services& services, const ProcessSample& process, const TreeQuestion& question) {
  TreeAnswer answer;
  const auto matching = [&](const std::vector<Node>& nodes) {
    return with_ancestors(nodes, [&](const Node& node) { return question.fits(node); });
  };
  if (!question.at && answers(process) && process.tree) {
    answer.nodes = matching(process.tree->nodes);
    answer.truncated = process.tree->truncated;
    return answer;
  }
  const auto nodes = past_nodes(services, process, question.at);
  if (!nodes) return nodes.refusal();
  answer.nodes = matching(*nodes);
  return answer;
}

}  // namespace keel::dashboard

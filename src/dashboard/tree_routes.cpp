#include <algorithm>
#include <utility>

#include "dashboard/routes.hpp"
#include "dashboard/tree_look.hpp"

namespace keel::dashboard {
namespace {

constexpr std::size_t max_found = 1'000;

bool lived_at(const ProcessSample& process, Timestamp at) {
  const auto& known = process.seen.known;
  const auto last_sign = known.stopped_at.value_or(known.beat_at + std::chrono::seconds(15));
  return known.identity.started_at <= at && at < last_sign;
}

bool shown(const ProcessSample& process, const TreeQuestion& question) {
  if (question.at) return lived_at(process, *question.at);
  return of_interest(process, system_now());
}

Node process_node(const ProcessSample& process, const TreeQuestion& question) {
  auto node = node_of(process);
  if (!question.at) return node;
  node.state = "running";
  node.last_cause.clear();
  node.since = process.seen.known.identity.started_at;
  return node;
}

TreeAnswer all_processes(Services& services, const Sample& sample, const TreeQuestion& question) {
  TreeAnswer answer;
  answer.missing = sample.missing;
  for (const auto& process : sample.processes) {
    if (!shown(process, question)) continue;
    const auto above = process_node(process, question);
    if (!question.searches()) {
      answer.nodes.push_back(above);
      continue;
    }
    const auto found = found_in(services, process, question);
    if (!found) answer.missing.push_back({above.name, found.refusal().message});
    const bool none = !found || found->nodes.empty();
    if (!none || question.fits(above)) answer.nodes.push_back(above);
    if (!none) answer.nodes.insert(answer.nodes.end(), found->nodes.begin(), found->nodes.end());
  }
  return answer;
}

Reply reply_of(TreeAnswer answer, const TreeQuestion& question) {
  if (question.searches() && answer.nodes.size() > max_found) {
    answer.nodes.resize(max_found);
    answer.truncated = true;
  }
  Json document{{"nodes", documents_of(answer.nodes)}};
  if (!answer.next_page_token.empty()) document["next_page_token"] = answer.next_page_token;
  if (answer.truncated) document["truncated"] = true;
  if (question.at) document["at"] = moment(*question.at);
  if (!answer.missing.empty()) document["partial"] = document_of(answer.missing);
  return document;
}

}  // namespace

Reply show_tree(Services& services, const Request& request) {
  const auto question = tree_question_of(request);
  if (!question) return question.refusal();
  const auto& process = request.parameter("process");
  if (process.empty()) {
    const auto sample = services.gatherer.latest();
    if (!sample) return sample.refusal();
    return reply_of(all_processes(services, **sample, *question), *question);
  }
  const auto found = process_named(services, process);
  if (!found) return found.refusal();
  auto answer = question->searches() ? found_in(services, *found->process, *question)
                                     : level_of(services, *found->process, *question);
  if (!answer) return answer.refusal();
  return reply_of(*std::move(answer), *question);
}

}  // namespace keel::dashboard

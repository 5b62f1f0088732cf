#include "dashboard/process_watch.hpp"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <future>
#include <limits>
#include <set>
#include <utility>

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;
using SteadyClock = std::chrono::steady_clock;

/// A tree in which nothing happens is walked again all the same, because groups count.
constexpr std::chrono::seconds tree_lasts{5};
constexpr std::chrono::hours dead_interests_for{1};
constexpr int events_a_page = 500;
/// In one sample; what is beyond comes with the next one.
constexpr std::size_t max_news = 2'000;

std::set<std::string> addresses_of(const std::vector<SeenProcess>& processes) {
  std::set<std::string> addresses;
  for (const auto& process : processes) {
    if (process.may_answer()) addresses.insert(process.known.identity.grpc_address);
  }
  return addresses;
}

std::string state_of(const ProcessSample& process) {
  switch (process.seen.known.presence) {
    case ops::Presence::up:
      return "running";
    case ops::Presence::stale:
      return "stale";
    case ops::Presence::dead:
      return "dead";
    case ops::Presence::stopped:
      return "stopped";
  }
  return "dead";
}

Json unmet_conditions_of(const v1::Process& told) {
  Json list = Json::array();
  for (const auto& unmet : told.unmet_conditions()) {
    list.push_back({{"name", text(unmet.name())}, {"reason", text(unmet.reason())}});
  }
  return list;
}

void add_told(Json& document, const v1::Process& told) {
  document["ready"] = told.ready();
  if (!told.ready()) {
    document["not_ready_reason"] = text(told.not_ready_reason());
    document["unmet_conditions"] = unmet_conditions_of(told);
  }
  document["resident_bytes"] = told.resident_bytes();
  document["threads"] = told.threads();
  document["live_aggregates"] = whole(std::int64_t{told.live_aggregates()});
  document["log_level"] = text(told.log_level());
  document["actions_enabled"] = told.actions_enabled();
  document["faults_enabled"] = told.faults_enabled();
}

}  // namespace

bool of_interest(const ProcessSample& process, Timestamp now) {
  const auto& known = process.seen.known;
  if (known.presence == ops::Presence::stopped) return false;
  return known.presence != ops::Presence::dead || known.beat_at > now - dead_interests_for;
}

Json document_of(const ProcessSample& process) {
  const auto& known = process.seen.known;
  const auto& identity = known.identity;
  Json document{{"id", identity.id.text()},
                {"role", text(identity.role)},
                {"node", text(identity.node)},
                {"version", text(identity.version)},
                {"presence", name_of(known.presence)},
                {"started_at", moment(identity.started_at)},
                {"beat_at", moment(known.beat_at)}};
  if (known.stopped_at) document["stopped_at"] = moment(*known.stopped_at);
  document["grpc_address"] = text(identity.grpc_address);
  document["status_address"] = text(identity.status_address);
  if (process.told) add_told(document, *process.told);
  if (process.cpu_percent) document["cpu_percent"] = *process.cpu_percent;
  return document;
}

Node node_of(const ProcessSample& process) {
  Node node;
  const auto& known = process.seen.known;
  node.process = known.identity.id;
  node.name = known.identity.role + " " + known.identity.node;
  node.path = known.identity.role;
  node.kind = "process";
  node.state = state_of(process);
  node.since = known.stopped_at.value_or(known.identity.started_at);
  if (process.told && !process.told->ready()) node.last_cause = process.told->not_ready_reason();
  if (node.last_cause.empty()) node.last_cause = process.trouble;
  node.children = 1;
  if (!process.tree) return node;
  node.children = std::ranges::count(process.tree->nodes, 0U, &Node::parent);
  node.unhealthy_below = static_cast<int>(std::ranges::count_if(process.tree->nodes, &Node::unhealthy));
  return node;
}

std::vector<ProcessSample> ProcessWatch::sample(const std::vector<SeenProcess>& processes) {
  clients_.keep(addresses_of(processes));
  std::map<Uuid, Memory> remembered;
  std::vector<std::future<ProcessSample>> asked;
  for (const auto& process : processes) {
    const auto& id = process.known.identity.id;
    auto& memory = remembered.emplace(id, std::move(memory_[id])).first->second;
    const auto policy = process.may_answer() ? std::launch::async : std::launch::deferred;
    asked.push_back(std::async(policy, [this, &process, &memory] { return sample(process, memory); }));
  }
  std::vector<ProcessSample> samples;
  for (auto& one : asked) samples.push_back(one.get());
  memory_ = std::move(remembered);
  return samples;
}

ProcessSample ProcessWatch::sample(const SeenProcess& process, Memory& memory) const {
  ProcessSample sample{process};
  const auto& identity = process.known.identity;
  if (!process.may_answer() || identity.grpc_address.empty()) return sample;
  const auto client = clients_.at(identity.grpc_address);
  v1::GetProcessResponse answer;
  if (const auto status = client->process(answer); !status.ok()) {
    sample.trouble = status.error_message();
    return sample;
  }
  // Another process may listen where this one did.
  if (answer.process().process_id() != identity.id.text()) {
    sample.trouble = "another process answers at " + identity.grpc_address;
    return sample;
  }
  sample.told = answer.process();
  note_cpu(sample, memory);
  const bool happened = hear(*client, sample, memory);
  if (happened || !memory.tree || SteadyClock::now() >= memory.walked_at + tree_lasts) {
    memory.tree = std::make_shared<const WalkedTree>(walk_tree(*client, identity.id, {}));
    memory.walked_at = SteadyClock::now();
  }
  sample.tree = memory.tree;
  if (identity.role == "command" && !identity.status_address.empty()) {
    if (const auto metrics = fetch_metrics_(identity.status_address)) sample.commands = command_totals(*metrics);
  }
  return sample;
}

void ProcessWatch::note_cpu(ProcessSample& sample, Memory& memory) {
  const auto now = SteadyClock::now();
  const double used = sample.told->cpu_seconds();
  const std::chrono::duration<double> passed = now - memory.at;
  if (memory.cpu_seconds && passed.count() > 0.1) {
    sample.cpu_percent = std::max(0.0, (used - *memory.cpu_seconds) / passed.count() * 100);
  }
  memory.cpu_seconds = used;
  memory.at = now;
}

/// Takes what is new in the history. Whether anything happened, or may have.
bool ProcessWatch::hear(const ProcessClient& client, ProcessSample& sample, Memory& memory) {
  v1::ListSupervisionEventsRequest request;
  request.set_page_size(events_a_page);
  // At first only where the history ends is of interest: what was before is stored.
  request.set_after_sequence(memory.last_sequence.value_or(std::numeric_limits<std::int64_t>::max()));
  while (sample.news.size() < max_news) {
    v1::ListSupervisionEventsResponse answer;
    if (!client.events(request, answer).ok()) return true;
    for (const auto& event : answer.events()) sample.news.push_back(document_of(sample.id(), event));
    if (answer.events_size() == 0 || !memory.last_sequence) {
      memory.last_sequence = answer.last_sequence();
      break;
    }
    memory.last_sequence = answer.events(answer.events_size() - 1).sequence();
    request.set_after_sequence(*memory.last_sequence);
  }
  return !sample.news.empty();
}

}  // namespace keel::dashboard

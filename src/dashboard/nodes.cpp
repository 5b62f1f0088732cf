#include "dashboard/nodes.hpp"

#include <array>
#include <string_view>

namespace keel::dashboard {
namespace {

using V1Node = ops::v1::SupervisionNode;
using V1Event = ops::v1::SupervisionEvent;

/// `STATE_BACKING_OFF` → `backing_off`: the words that the registry itself has.
std::string word_of(std::string_view constant, std::string_view prefix) {
  if (constant.starts_with(prefix)) constant.remove_prefix(prefix.size());
  std::string word;
  for (const char letter : constant) {
    word.push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter);
  }
  return word;
}

std::string kind_word(V1Node::Kind kind) { return word_of(V1Node::Kind_Name(kind), "KIND_"); }
std::string happening_word(V1Event::Happening happening) {
  return word_of(V1Event::Happening_Name(happening), "HAPPENING_");
}

double seconds_of(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + static_cast<double>(duration.nanos()) / 1e9;
}

struct EventLine {
  const Uuid& process;
  std::uint64_t sequence;
  Timestamp at;
  std::uint64_t node;
  std::string_view kind;
  std::string_view path;
  std::string_view happening;
  std::string_view cause;
  std::int64_t delay_ms;
};

Json document_of(const EventLine& line) {
  Json document{{"process", line.process.text()},
                {"sequence", whole(line.sequence)},
                {"at", moment(line.at)},
                {"node_id", whole(line.node)},
                {"kind", line.kind},
                {"path", text(line.path)},
                {"happening", line.happening}};
  if (!line.cause.empty()) document["cause"] = text(line.cause);
  if (line.happening == "backing_off") document["delay_ms"] = line.delay_ms;
  return document;
}

}  // namespace

bool Node::unhealthy() const {
  if (kind == "process") return state != "running" && state != "stopped";
  return state == "backing_off" || state == "crashed" || state == "quarantined" || troubled > 0;
}

Timestamp timestamp_of(const google::protobuf::Timestamp& at) {
  return Timestamp(std::chrono::seconds(at.seconds()) + std::chrono::microseconds(at.nanos() / 1'000));
}

Node node_of(const Uuid& process, const V1Node& node, const std::string& path) {
  Node made;
  made.process = process;
  made.id = node.id();
  made.parent = node.parent_id();
  made.name = node.name();
  made.path = path;
  made.kind = kind_word(node.kind());
  made.state = word_of(V1Node::State_Name(node.state()), "STATE_");
  if (node.has_since()) made.since = timestamp_of(node.since());
  if (node.strategy() != V1Node::STRATEGY_UNSPECIFIED) {
    made.strategy = word_of(V1Node::Strategy_Name(node.strategy()), "STRATEGY_");
  }
  made.restarts = node.restarts();
  made.restarts_in_window = node.restarts_in_window();
  made.max_restarts = node.max_restarts();
  made.window_seconds = seconds_of(node.restart_window());
  made.last_cause = node.last_cause();
  made.children = node.child_count();
  made.aggregates = node.aggregate_count();
  made.commands = node.command_count();
  made.troubled = node.troubled_count();
  return made;
}

Node node_of(const Uuid& process, const ops::PastNode& node) {
  Node made;
  made.process = process;
  made.id = node.id;
  made.parent = node.parent;
  made.name = node.name;
  made.path = node.path;
  made.kind = name_of(node.kind);
  made.state = name_of(node.state);
  made.since = node.since;
  made.restarts = node.restarts;
  made.last_cause = node.last_cause;
  return made;
}

Json document_of(const Node& node) {
  Json document{{"process", node.process.text()},
                {"id", whole(node.id)},
                {"parent_id", whole(node.parent)},
                {"name", text(node.name)},
                {"path", text(node.path)},
                {"kind", node.kind},
                {"state", node.state}};
  if (node.since) document["since"] = moment(*node.since);
  if (!node.strategy.empty()) document["strategy"] = node.strategy;
  document["restarts"] = node.restarts;
  if (node.max_restarts > 0) {
    document["restarts_in_window"] = node.restarts_in_window;
    document["max_restarts"] = node.max_restarts;
    document["window_seconds"] = node.window_seconds;
  }
  if (!node.last_cause.empty()) document["last_cause"] = text(node.last_cause);
  document["child_count"] = node.children;
  if (node.kind == "aggregate_group") {
    document["aggregate_count"] = whole(node.aggregates);
    document["command_count"] = whole(node.commands);
    document["troubled_count"] = node.troubled;
  }
  if (node.unhealthy_below) document["unhealthy_below"] = *node.unhealthy_below;
  return document;
}

Json documents_of(const std::vector<Node>& nodes) {
  Json list = Json::array();
  for (const auto& node : nodes) list.push_back(document_of(node));
  return list;
}

Json document_of(const Uuid& process, const V1Event& event) {
  const auto kind = kind_word(event.kind());
  const auto happening = happening_word(event.happening());
  return document_of(EventLine{process, event.sequence(), timestamp_of(event.occurred_at()), event.node_id(), kind,
                               event.path(), happening, event.cause(),
                               event.delay().seconds() * 1'000 + event.delay().nanos() / 1'000'000});
}

Json document_of(const ops::PastEvent& past) {
  const auto& event = past.event;
  return document_of(EventLine{past.process, event.sequence, event.at, event.node, name_of(event.kind), event.path,
                               name_of(event.happening), event.cause, event.delay.count()});
}

}  // namespace keel::dashboard

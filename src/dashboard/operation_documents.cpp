#include "dashboard/operation_documents.hpp"

#include <algorithm>

namespace keel::dashboard {
namespace {

constexpr std::size_t shown_beside = 5;

double progress_of(const replay::Operation& operation) {
  if (operation.state == "done") return 1;
  if (operation.total <= 0) return 0;
  return std::min(1.0, static_cast<double>(operation.events) / static_cast<double>(operation.total));
}

}  // namespace

std::string state_of(const replay::Operation& operation) {
  if (operation.crashed()) return "crashed";
  return operation.state == "running" && operation.cancel_asked ? "cancelling" : operation.state;
}

Json document_of(const replay::Operation& operation) {
  Json document{{"id", whole(operation.id)},
                {"kind", text(operation.kind)},
                {"projection", text(operation.projection)},
                {"generation", operation.generation},
                {"state", state_of(operation)},
                {"phase", text(operation.phase)},
                {"progress", progress_of(operation)},
                {"events", whole(operation.events)},
                {"total", whole(operation.total)},
                {"rate_per_second", operation.rate}};
  const auto left = operation.total - operation.events;
  if (operation.alive && operation.phase == "loading" && operation.rate > 0 && left > 0) {
    document["eta_seconds"] = static_cast<double>(left) / static_cast<double>(operation.rate);
  }
  document["started_at"] = moment(operation.started_at);
  if (operation.ended_at) document["ended_at"] = moment(*operation.ended_at);
  document["worker"] = text(operation.worker);
  document["alive"] = operation.alive;
  document["can_resume"] = operation.can_resume();
  if (!operation.result.empty()) document["result"] = text(operation.result);
  document["cancel_asked"] = operation.cancel_asked;
  return document;
}

Json documents_of(const std::vector<replay::Operation>& operations) {
  Json list = Json::array();
  for (const auto& operation : operations) list.push_back(document_of(operation));
  return list;
}

Json current_documents(const std::vector<replay::Operation>& operations) {
  Json list = Json::array();
  std::size_t others = 0;
  for (const auto& operation : operations) {
    if (operation.state == "running" || ++others <= shown_beside) list.push_back(document_of(operation));
  }
  return list;
}

Json document_of(const replay::NotedDeed& noted) {
  const auto& deed = noted.deed;
  Json document{{"at", moment(noted.at)}, {"who", text(deed.who)}, {"action", text(deed.action)}};
  if (!deed.projection.empty()) document["projection"] = text(deed.projection);
  if (!deed.target.empty()) document["target"] = text(deed.target);
  if (deed.generation) document["generation"] = *deed.generation;
  if (deed.operation) document["operation"] = whole(*deed.operation);
  document["reason"] = text(deed.reason);
  document["result"] = text(deed.result);
  return document;
}

}  // namespace keel::dashboard

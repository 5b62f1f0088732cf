#include <grpcpp/support/status.h>

#include <set>
#include <sstream>

#include "dashboard/operation_documents.hpp"
#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

constexpr std::int64_t max_history = 1'000;

std::set<std::string> words_of(const std::string& list) {
  std::set<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) {
    if (!word.empty()) words.insert(word);
  }
  return words;
}

/// None: all of them.
Outcome<std::set<Topic>> topics_of(const Request& request) {
  std::set<Topic> topics;
  for (const auto& word : words_of(request.parameter("topics"))) {
    const auto topic = parse_topic(word);
    if (!topic) return bad_field("topics", "must be some of overview, tree, projections, operations, processes");
    topics.insert(*topic);
  }
  if (topics.empty()) topics.insert(all_topics.begin(), all_topics.end());
  return topics;
}

Outcome<std::optional<Uuid>> process_of(const Request& request) {
  const auto& given = request.parameter("process");
  if (given.empty()) return std::optional<Uuid>{};
  const auto id = parse_uuid(given);
  if (!id) return bad_field("process", "must be a process's id, a UUID");
  return id;
}

Outcome<ops::HistoryChoice> choice_of(const Request& request) {
  ops::HistoryChoice choice;
  const auto process = process_of(request);
  if (!process) return process.refusal();
  const auto after = moment_of(request, "after");
  if (!after) return after.refusal();
  const auto before = moment_of(request, "before");
  if (!before) return before.refusal();
  const auto limit = number_of(request, "limit", 200, 1, max_history);
  if (!limit) return limit.refusal();
  choice.process = *process;
  choice.path = request.parameter("path");
  choice.after = *after;
  choice.until = *before;
  choice.limit = static_cast<std::size_t>(*limit);
  return choice;
}

}  // namespace

Reply show_overview(Services& services, const Request&) {
  const auto sample = services.gatherer.latest();
  return sample ? Reply(overview_of(**sample)) : Reply(sample.refusal());
}

Reply show_series(Services& services, const Request& request) {
  // Asking for them is watching: they go on while somebody does.
  if (const auto sample = services.gatherer.latest(); !sample) return sample.refusal();
  return Json{{"series", services.series.document(words_of(request.parameter("names")))}};
}

Reply show_processes(Services& services, const Request&) {
  const auto sample = services.gatherer.latest();
  return sample ? Reply(processes_of(**sample)) : Reply(sample.refusal());
}

Reply show_process(Services& services, const Request& request) {
  const auto found = process_named(services, request.path.at(1));
  return found ? Reply(document_of(*found->process)) : Reply(found.refusal());
}

Reply show_configuration(Services& services, const Request& request) {
  const auto found = process_named(services, request.path.at(1));
  if (!found) return found.refusal();
  const auto client = client_of(services, *found->process);
  if (!client) return client.refusal();
  ops::v1::GetConfigurationResponse answer;
  if (const auto status = (*client)->configuration(answer); !status.ok()) return refusal_of(status);
  Json settings = Json::array();
  for (const auto& setting : answer.settings()) {
    settings.push_back({{"key", text(setting.key())},
                        {"value", text(setting.value())},
                        {"source", text(setting.source())},
                        {"description", text(setting.description())}});
  }
  return Json{{"settings", std::move(settings)}};
}

Reply show_history(Services& services, const Request& request) {
  const auto choice = choice_of(request);
  if (!choice) return choice.refusal();
  const auto past = services.directory.history(*choice);
  Json events = Json::array();
  for (const auto& event : past.events) events.push_back(document_of(event));
  Json document{{"events", std::move(events)}};
  if (const auto span = services.directory.span(choice->process)) {
    document["oldest_at"] = moment(span->oldest_at);
    document["latest_at"] = moment(span->latest_at);
  }
  document["partial"] = document_of(past.missing);
  return document;
}

Reply follow_events(Services& services, const Request& request) {
  auto topics = topics_of(request);
  if (!topics) return topics.refusal();
  auto stream = services.hub.follow(*std::move(topics), request.last_event_id);
  return stream ? Reply(*std::move(stream)) : Reply(stream.refusal());
}

}  // namespace keel::dashboard

#include "dashboard/directory.hpp"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <future>
#include <utility>

#include "dashboard/nodes.hpp"

namespace keel::dashboard {
namespace {

constexpr std::string_view journal_name = "journal database";
constexpr std::string_view read_name = "read store";

ops::PostgresProcesses::Options reader_of(const std::string& dsn) {
  ops::PostgresProcesses::Options options;
  options.dsn = dsn;
  options.application_name = "keel dashboard processes";
  options.statement_timeout = std::chrono::milliseconds(1'000);
  return options;
}

/// Journal and read store may be one database.
bool known_already(const SeenProcesses& seen, const Uuid& id) {
  return std::ranges::any_of(seen.processes, [&](const auto& one) { return one.known.identity.id == id; });
}

void take(SeenProcesses& seen, Result<std::vector<ops::KnownProcess>> found, ops::PostgresProcesses& reader,
          std::string_view name) {
  if (!found) {
    seen.missing.push_back({std::string(name), found.fault().what});
    return;
  }
  for (auto& process : *found) {
    if (!known_already(seen, process.identity.id)) seen.processes.push_back({std::move(process), &reader});
  }
}

ops::KnownProcess known_as(const ops::v1::Process& told, const std::string& address) {
  ops::KnownProcess known;
  known.identity.id = parse_uuid(told.process_id()).value_or(Uuid{});
  known.identity.role = told.role();
  known.identity.node = told.node();
  known.identity.version = told.version();
  known.identity.started_at = timestamp_of(told.start_time());
  known.identity.grpc_address = address;
  known.beat_at = system_now();
  return known;
}

bool earlier(const ops::PastEvent& one, const ops::PastEvent& other) {
  return std::pair(one.event.at, one.event.sequence) < std::pair(other.event.at, other.event.sequence);
}

bool same(const ops::PastEvent& one, const ops::PastEvent& other) {
  return one.process == other.process && one.event.sequence == other.event.sequence;
}

}  // namespace

Json document_of(const std::vector<Missing>& missing) {
  Json list = Json::array();
  for (const auto& one : missing) list.push_back({{"source", text(one.source)}, {"why", text(one.why)}});
  return list;
}

Directory::Directory(Options options, ProcessClients& clients)
    : options_(std::move(options)),
      clients_(clients),
      journal_(reader_of(options_.journal_dsn)),
      read_(reader_of(options_.read_dsn)) {}

SeenProcesses Directory::look() {
  auto of_journal = std::async(std::launch::async, [this] { return journal_.known_processes(); });
  auto of_read_store = std::async(std::launch::async, [this] { return read_.known_processes(); });
  SeenProcesses seen;
  take(seen, of_journal.get(), journal_, journal_name);
  take(seen, of_read_store.get(), read_, read_name);
  for (const auto& address : options_.addresses) look_at(address, seen);
  std::ranges::sort(seen.processes, std::ranges::greater(),
                    [](const auto& one) { return one.known.identity.started_at; });
  return seen;
}

void Directory::look_at(const std::string& address, SeenProcesses& seen) {
  ops::v1::GetProcessResponse answer;
  const auto status = clients_.at(address)->process(answer);
  if (!status.ok()) {
    seen.missing.push_back({"process at " + address, status.error_message()});
    return;
  }
  auto known = known_as(answer.process(), address);
  if (!known_already(seen, known.identity.id)) seen.processes.push_back({std::move(known), nullptr});
}

Directory::Past Directory::history(const ops::HistoryChoice& choice) {
  auto of_journal = std::async(std::launch::async, [&] { return journal_.history(choice); });
  const auto of_read_store = read_.history(choice);
  const auto from_journal = of_journal.get();
  Past past;
  for (const auto& [found, name] : {std::pair(&from_journal, journal_name), std::pair(&of_read_store, read_name)}) {
    if (*found) {
      past.events.insert(past.events.end(), (**found).begin(), (**found).end());
    } else {
      past.missing.push_back({std::string(name), found->fault().what});
    }
  }
  std::ranges::sort(past.events, [](const auto& one, const auto& other) { return earlier(other, one); });
  past.events.erase(std::unique(past.events.begin(), past.events.end(), same), past.events.end());
  if (past.events.size() > choice.limit) past.events.resize(choice.limit);
  return past;
}

std::optional<ops::HistorySpan> Directory::span(const std::optional<Uuid>& process) {
  std::optional<ops::HistorySpan> whole_span;
  for (auto* reader : {&journal_, &read_}) {
    const auto found = reader->span(process);
    if (!found || !*found) continue;
    if (!whole_span) whole_span = **found;
    whole_span->oldest_at = std::min(whole_span->oldest_at, (*found)->oldest_at);
    whole_span->latest_at = std::max(whole_span->latest_at, (*found)->latest_at);
  }
  return whole_span;
}

Outcome<std::vector<ops::PastNode>> Directory::tree_at(const Uuid& process, Timestamp at) {
  std::optional<Refusal> refusal;
  for (auto* reader : {&journal_, &read_}) {
    auto found = reader->tree_at(process, at);
    if (!found) {
      refusal = refusal_of(found.fault());
    } else if (!found->empty()) {
      return *std::move(found);
    }
  }
  if (refusal) return *refusal;
  return std::vector<ops::PastNode>{};
}

}  // namespace keel::dashboard

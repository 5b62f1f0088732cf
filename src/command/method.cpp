#include "command/method.hpp"

#include <array>
#include <set>
#include <stdexcept>

namespace keel::command {
namespace {

using domain::AggregateKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr std::string_view service_suffix = "CommandService";

constexpr std::array<std::string_view, 16> outcome_words = {
    "accepted",  "deduplicated", "refused",  "conflict",  "reused",          "overloaded",          "late",
    "not_owner", "quarantined",  "stopping", "restarted", "outcome_unknown", "journal_unavailable", "invalid",
    "cancelled", "internal"};

[[noreturn]] void reject(const std::string& culprit, const std::string& why) {
  throw std::logic_error(culprit + ": " + why);
}

/// The field of that number, which must be of that name, type and label.
const FieldDescriptor* field(const Descriptor* message, int number, std::string_view name, FieldDescriptor::Type type) {
  const FieldDescriptor* const found = message->FindFieldByNumber(number);
  const bool fits =
      found != nullptr && found->type() == type && !found->is_repeated() && (name.empty() || found->name() == name);
  if (!fits) {
    reject(message->full_name(), "field " + std::to_string(number) + " must be a " + FieldDescriptor::TypeName(type) +
                                     (name.empty() ? "" : " named " + std::string(name)));
  }
  return found;
}

void check_response(const Descriptor* response) {
  field(response, 1, "version", FieldDescriptor::TYPE_INT64);
  field(response, 2, "token", FieldDescriptor::TYPE_STRING);
}

std::map<std::string, ops::Counter, std::less<>> outcome_counters(const AggregateKind& kind, const std::string& command,
                                                                  ops::Metrics& metrics) {
  std::map<std::string, ops::Counter, std::less<>> counters;
  for (const std::string_view outcome : outcome_words) {
    counters[std::string(outcome)] = metrics.counter(
        "keel_commands_total", "Commands answered, by what became of them.",
        {{"context", std::string(kind.context)}, {"command", command}, {"outcome", std::string(outcome)}});
  }
  return counters;
}

std::unique_ptr<const Method> method_of(const MethodDescriptor* rpc, const AggregateKind& kind,
                                        const AggregateKind::Command& rule, ops::Metrics& metrics) {
  if (rpc->client_streaming() || rpc->server_streaming()) reject(rpc->full_name(), "a command's rpc must be unary");
  check_response(rpc->output_type());
  auto method = std::make_unique<Method>();
  method->path = "/" + rpc->service()->full_name() + "/" + rpc->name();
  method->response_type_url = "type.googleapis.com/" + rpc->output_type()->full_name();
  method->kind = &kind;
  method->rule = &rule;
  method->aggregate_id = field(rule.descriptor, 1, {}, FieldDescriptor::TYPE_STRING);
  method->request_id = field(rule.descriptor, 2, "request_id", FieldDescriptor::TYPE_STRING);
  method->expected_version = field(rule.descriptor, 3, "expected_version", FieldDescriptor::TYPE_INT64);
  method->validate_only = field(rule.descriptor, 4, "validate_only", FieldDescriptor::TYPE_BOOL);
  if (!method->expected_version->has_presence())
    reject(rule.descriptor->full_name(), "expected_version must be optional");
  method->calls = std::make_shared<ops::CallSeries>(metrics, std::string(method->name()));
  method->outcomes = outcome_counters(kind, rpc->name(), metrics);
  return method;
}

std::unique_ptr<const Method> method_of(const MethodDescriptor* rpc, const std::vector<const AggregateKind*>& kinds,
                                        ops::Metrics& metrics) {
  for (const AggregateKind* const kind : kinds) {
    if (const auto* const rule = kind->command(rpc->input_type())) return method_of(rpc, *kind, *rule, metrics);
  }
  reject(rpc->full_name(), "no aggregate decides " + rpc->input_type()->full_name());
}

std::set<const ServiceDescriptor*> services_beside(const std::vector<const AggregateKind*>& kinds) {
  std::set<const ServiceDescriptor*> services;
  for (const AggregateKind* const kind : kinds) {
    for (const auto& command : kind->commands) {
      const auto* const file = command.descriptor->file();
      for (int i = 0; i < file->service_count(); ++i) {
        if (std::string_view(file->service(i)->name()).ends_with(service_suffix)) services.insert(file->service(i));
      }
    }
  }
  return services;
}

}  // namespace

void Method::count(std::string_view outcome, std::uint64_t times) const {
  if (const auto counter = outcomes.find(outcome); counter != outcomes.end()) counter->second.add(times);
}

ServiceMethods find_methods(const std::vector<const AggregateKind*>& kinds, ops::Metrics& metrics) {
  ServiceMethods found;
  for (const ServiceDescriptor* const service : services_beside(kinds)) {
    auto& methods = found[service->full_name()];
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(method_of(service->method(i), kinds, metrics));
  }
  return found;
}

}  // namespace keel::command

#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/aggregate.hpp"
#include "ops/call_series.hpp"
#include "ops/metrics.hpp"

namespace keel::command {

/// One rpc that takes one command: all that the edge knows of it, found once, at start. Immutable; any thread.
struct Method {
  /// As gRPC has it: `/keel.cart.v1.CartCommandService/AddItem`.
  std::string path;
  /// What its answers are, as `google.protobuf.Any` names it: `type.googleapis.com/keel.cart.v1.AddItemResponse`.
  std::string response_type_url;
  const domain::AggregateKind* kind = nullptr;
  const domain::AggregateKind::Command* rule = nullptr;

  // The fields that the requests of all contexts share (docs/protocol.md).
  const google::protobuf::FieldDescriptor* aggregate_id = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  const google::protobuf::FieldDescriptor* expected_version = nullptr;
  const google::protobuf::FieldDescriptor* validate_only = nullptr;

  /// Begin, end and duration of its calls.
  std::shared_ptr<ops::CallSeries> calls;
  /// `keel_commands_total` by outcome.
  std::map<std::string, ops::Counter, std::less<>> outcomes;

  std::string_view name() const { return std::string_view(path).substr(1); }
  void count(std::string_view outcome, std::uint64_t times = 1) const;
};

/// Services by full name, each with its methods: see `command_services`.
using ServiceMethods = std::map<std::string, std::vector<std::unique_ptr<const Method>>>;

/// Throws std::logic_error, naming the culprit, where a context is put together wrongly.
ServiceMethods find_methods(const std::vector<const domain::AggregateKind*>& kinds, ops::Metrics& metrics);

}  // namespace keel::command

#include "command/status.hpp"

#include <chrono>
#include <string>

#include "ops/error_status.hpp"

namespace keel::command {
namespace {

using actors::Trouble;
using std::chrono::milliseconds;

struct Telling {
  grpc::StatusCode code;
  std::string_view reason;
  std::string_view message;
  /// What a client should wait before it repeats; absent where waiting does not help.
  std::optional<milliseconds> retry_after;
  std::string_view outcome;
};

/// What a client hears of each trouble. "Open" means: repeat with the same request_id to find out.
Telling telling_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::overloaded:
      return {grpc::RESOURCE_EXHAUSTED, "OVERLOADED", "too many commands are in flight; nothing was written",
              milliseconds(50), "overloaded"};
    case Trouble::late:
      return {grpc::DEADLINE_EXCEEDED,
              "DEADLINE_EXCEEDED",
              "the deadline passed before the command was decided",
              {},
              "late"};
    case Trouble::not_owner:
      return {grpc::UNAVAILABLE, "NOT_OWNER", "this process does not own the aggregate's lane", milliseconds(1000),
              "not_owner"};
    case Trouble::quarantined:
      return {grpc::UNAVAILABLE,
              "AGGREGATE_QUARANTINED",
              "the aggregate cannot be loaded and waits for an operator",
              {},
              "quarantined"};
    case Trouble::stopping:
      return {grpc::UNAVAILABLE, "STOPPING", "this process is stopping", milliseconds(1000), "stopping"};
    case Trouble::restarted:
      return {grpc::UNAVAILABLE, "ACTOR_RESTARTING",
              "the aggregate was restarted while the command was under way; repeat with the same request_id",
              milliseconds(100), "restarted"};
    case Trouble::outcome_unknown:
      return {grpc::UNAVAILABLE, "COMMIT_OUTCOME_UNKNOWN",
              "the journal's answer was lost; repeat with the same request_id", milliseconds(500), "outcome_unknown"};
    case Trouble::journal_unavailable:
      return {grpc::UNAVAILABLE, "JOURNAL_UNAVAILABLE",
              "the journal cannot be reached; repeat with the same request_id", milliseconds(1000),
              "journal_unavailable"};
  }
  return {grpc::INTERNAL, "INTERNAL", "an unknown trouble", {}, "internal"};
}

struct ToStatus {
  std::string_view context;

  grpc::Status operator()(const actors::Accepted&) const { return grpc::Status::OK; }

  grpc::Status operator()(const domain::Refusal& refusal) const {
    return ops::error_status(grpc::FAILED_PRECONDITION, refusal.message,
                             {refusal.reason, std::string(context) + ".keel", refusal.metadata, {}, {}});
  }

  grpc::Status operator()(const actors::VersionConflict& conflict) const {
    const std::string expected = std::to_string(conflict.expected.value);
    const std::string actual = std::to_string(conflict.actual.value);
    return ops::error_status(grpc::ABORTED, "expected version " + expected + ", but it is " + actual,
                             {"VERSION_CONFLICT", "keel", {{"expected", expected}, {"actual", actual}}, {}, {}});
  }

  grpc::Status operator()(actors::RequestIdReused) const {
    return ops::error_status(grpc::INVALID_ARGUMENT, "this request_id belongs to another command",
                             {"REQUEST_ID_REUSED", "keel", {}, {}, {}});
  }

  grpc::Status operator()(Trouble trouble) const {
    const Telling telling = telling_of(trouble);
    return ops::error_status(telling.code, telling.message,
                             {std::string(telling.reason), "keel", {}, {}, telling.retry_after});
  }
};

struct ToOutcome {
  std::string_view operator()(const actors::Accepted& accepted) const {
    return accepted.deduplicated ? "deduplicated" : "accepted";
  }
  std::string_view operator()(const domain::Refusal&) const { return "refused"; }
  std::string_view operator()(const actors::VersionConflict&) const { return "conflict"; }
  std::string_view operator()(actors::RequestIdReused) const { return "reused"; }
  std::string_view operator()(Trouble trouble) const { return telling_of(trouble).outcome; }
};

}  // namespace

grpc::Status status_of(const actors::Answer& answer, std::string_view context) {
  return std::visit(ToStatus{context}, answer);
}

grpc::Status our_fault() {
  return ops::error_status(grpc::INTERNAL, "a bug in the service; its log has the details",
                           {"INTERNAL", "keel", {}, {}, {}});
}

std::string_view outcome_of(const actors::Answer& answer) { return std::visit(ToOutcome{}, answer); }

}  // namespace keel::command

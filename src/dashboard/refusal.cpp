#include "dashboard/refusal.hpp"

#include <grpcpp/support/status.h>

#include <cstdlib>
#include <string_view>

#include "ops/error_status.hpp"

namespace keel::dashboard {
namespace {

struct HttpCode {
  grpc::StatusCode code;
  std::string_view name;
  int http;
};

/// google/rpc/code.proto names the HTTP status of each.
constexpr HttpCode http_codes[] = {
    {grpc::CANCELLED, "CANCELLED", 499},
    {grpc::INVALID_ARGUMENT, "INVALID_ARGUMENT", 400},
    {grpc::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 504},
    {grpc::NOT_FOUND, "NOT_FOUND", 404},
    {grpc::ALREADY_EXISTS, "ALREADY_EXISTS", 409},
    {grpc::PERMISSION_DENIED, "PERMISSION_DENIED", 403},
    {grpc::UNAUTHENTICATED, "UNAUTHENTICATED", 401},
    {grpc::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 429},
    {grpc::FAILED_PRECONDITION, "FAILED_PRECONDITION", 409},
    {grpc::ABORTED, "ABORTED", 409},
    {grpc::OUT_OF_RANGE, "OUT_OF_RANGE", 400},
    {grpc::UNIMPLEMENTED, "UNIMPLEMENTED", 501},
    {grpc::UNAVAILABLE, "UNAVAILABLE", 503},
};

HttpCode http_code_of(grpc::StatusCode code) {
  for (const auto& known : http_codes) {
    if (known.code == code) return known;
  }
  return {grpc::INTERNAL, "INTERNAL", 500};
}

/// The process's own login is not the reader's: the reader would be sent to the login screen.
HttpCode seen_from_outside(HttpCode code) {
  return code.code == grpc::UNAUTHENTICATED ? http_code_of(grpc::PERMISSION_DENIED) : code;
}

}  // namespace

Refusal bad_field(std::string field, std::string message) {
  return {400, "INVALID_ARGUMENT", "FIELD_INVALID", std::move(message), std::move(field)};
}

Refusal not_found(std::string reason, std::string message) {
  return {404, "NOT_FOUND", std::move(reason), std::move(message)};
}

Refusal conflict(std::string reason, std::string message) {
  return {409, "FAILED_PRECONDITION", std::move(reason), std::move(message)};
}

Refusal denied(std::string reason, std::string message) {
  return {403, "PERMISSION_DENIED", std::move(reason), std::move(message)};
}

Refusal unavailable(std::string reason, std::string message) {
  return {503, "UNAVAILABLE", std::move(reason), std::move(message)};
}

Refusal refusal_of(const Fault& fault) {
  switch (fault.cause) {
    case Fault::Cause::unreachable:
      return unavailable("DATABASE_UNREACHABLE", fault.what);
    case Fault::Cause::denied:
      return {500, "INTERNAL", "DATABASE_DENIED", fault.what};
    case Fault::Cause::other:
      return {500, "INTERNAL", "DATABASE_FAILED", fault.what};
  }
  std::abort();
}

Refusal refusal_of(const std::variant<replay::Refused, Fault>& why) {
  if (const auto* fault = std::get_if<Fault>(&why)) return refusal_of(*fault);
  const auto& refused = std::get<replay::Refused>(why);
  switch (refused.kind) {
    case replay::Refused::Kind::not_found:
      return not_found("NOT_THERE", refused.why);
    case replay::Refused::Kind::conflict:
      return conflict("STATE_CONFLICT", refused.why);
  }
  std::abort();
}

Refusal refusal_of(const grpc::Status& status) {
  const auto code = seen_from_outside(http_code_of(status.error_code()));
  Refusal refusal{code.http, std::string(code.name), "PROCESS_FAILED", status.error_message()};
  if (status.error_code() == grpc::UNAVAILABLE) refusal.reason = "PROCESS_UNREACHABLE";
  if (status.error_code() == grpc::DEADLINE_EXCEEDED) refusal.reason = "PROCESS_TOO_SLOW";
  if (const auto detail = ops::detail_of(status)) {
    refusal.reason = detail->reason;
    if (!detail->violations.empty()) refusal.field = detail->violations.front().field;
  }
  return refusal;
}

Json document_of(const Refusal& refusal) {
  Json error{{"code", refusal.code}, {"reason", text(refusal.reason)}, {"message", text(refusal.message)}};
  if (!refusal.field.empty()) error["field"] = text(refusal.field);
  return {{"error", std::move(error)}};
}

}  // namespace keel::dashboard

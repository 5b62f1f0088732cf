#include "query/query_errors.hpp"

#include <stdexcept>
#include <utility>

namespace keel::query {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;

ops::ErrorDetail reason(std::string_view word) {
  ops::ErrorDetail detail;
  detail.reason = word;
  return detail;
}

ops::ErrorDetail reason(std::string_view word, milliseconds retry_after) {
  auto detail = reason(word);
  detail.retry_after = retry_after;
  return detail;
}

/// Where the lanes of the tokens are now, so that a client can tell how far behind the read model is.
grpc::Status not_yet_visible(const std::vector<Token>& tokens, const Visible& visible) {
  auto detail = reason("NOT_YET_VISIBLE", milliseconds(50));
  std::string as_of;
  for (const auto& token : tokens) {
    if (const auto* seen = visible.lane(token.context, token.lane)) {
      as_of += (as_of.empty() ? "" : " ") + token_of(visible, token.context, token.lane, seen->position);
    }
  }
  detail.metadata["as_of"] = std::move(as_of);
  return error_status(StatusCode::UNAVAILABLE, "the write is not visible yet: repeat the query", detail);
}

}  // namespace

grpc::Status deadline_required() {
  return error_status(StatusCode::INVALID_ARGUMENT, "a call needs a deadline", reason("DEADLINE_REQUIRED"));
}

grpc::Status request_malformed() {
  return error_status(StatusCode::INVALID_ARGUMENT,
                      "the request is no message of this method's type, or has text that is no UTF-8",
                      reason("REQUEST_MALFORMED"));
}

grpc::Status request_invalid(std::vector<ops::ErrorDetail::FieldViolation> violations) {
  auto detail = reason("REQUEST_INVALID");
  detail.violations = std::move(violations);
  return error_status(StatusCode::INVALID_ARGUMENT, "the request is not valid", detail);
}

grpc::Status token_malformed(std::string_view field) {
  auto detail = reason("TOKEN_MALFORMED");
  detail.metadata["field"] = field;
  return error_status(StatusCode::INVALID_ARGUMENT, "not a token that a reply of this system carried", detail);
}

grpc::Status token_foreign(std::string_view context) {
  auto detail = reason("TOKEN_FOREIGN");
  detail.metadata["context"] = context;
  return error_status(StatusCode::INVALID_ARGUMENT,
                      "the token is of context '" + std::string(context) + "', which this method does not show",
                      detail);
}

grpc::Status page_size_negative(std::int32_t size) {
  auto detail = reason("PAGE_SIZE_NEGATIVE");
  detail.metadata["page_size"] = std::to_string(size);
  detail.violations.push_back({"page_size", "must not be negative"});
  return error_status(StatusCode::INVALID_ARGUMENT, "page_size must not be negative", detail);
}

grpc::Status page_token_invalid() {
  return error_status(
      StatusCode::INVALID_ARGUMENT,
      "not a page token of this query, or the read model was rebuilt meanwhile: begin with the first page",
      reason("PAGE_TOKEN_INVALID"));
}

grpc::Status not_found(std::string_view domain, std::string_view word, std::string_view what, std::string_view id) {
  auto detail = reason(word);
  detail.domain = domain;
  detail.metadata[std::string(what)] = id;
  return error_status(StatusCode::NOT_FOUND, "no such " + std::string(what) + ": " + std::string(id), detail);
}

grpc::Status parked(std::string_view what, std::string_view id) {
  auto detail = reason("PARKED");
  detail.metadata[std::string(what)] = id;
  return error_status(
      StatusCode::FAILED_PRECONDITION,
      "the write cannot be shown: an event of this " + std::string(what) + " is parked and waits for a person", detail);
}

grpc::Status read_store_unavailable() {
  return error_status(StatusCode::UNAVAILABLE, "the read store cannot be reached",
                      reason("READ_STORE_UNAVAILABLE", milliseconds(1'000)));
}

grpc::Status no_answer(ReadFault fault) {
  if (fault == ReadFault::unavailable) return read_store_unavailable();
  return error_status(StatusCode::RESOURCE_EXHAUSTED, "too many reads are queued",
                      reason("TOO_MANY_READS", milliseconds(100)));
}

grpc::Status too_many_waiting() {
  return error_status(StatusCode::RESOURCE_EXHAUSTED, "too many calls wait already",
                      reason("TOO_MANY_WAITING", milliseconds(500)));
}

grpc::Status stopping() {
  return error_status(StatusCode::UNAVAILABLE, "this server is stopping: another one answers",
                      reason("STOPPING", milliseconds(500)));
}

grpc::Status not_visible(Waited waited, const std::vector<Token>& tokens, const Visible* visible) {
  switch (waited) {
    case Waited::not_yet:
      return not_yet_visible(tokens, *visible);
    case Waited::nothing_seen:
      return read_store_unavailable();
    case Waited::outdated:
      return error_status(StatusCode::FAILED_PRECONDITION, "the token is of another incarnation of the journal",
                          reason("TOKEN_OUTDATED"));
    case Waited::unknown_lane:
      return token_malformed("min_token");
    case Waited::parked:
      return error_status(StatusCode::FAILED_PRECONDITION,
                          "the write cannot be shown: its event is parked and waits for a person", reason("PARKED"));
    case Waited::too_many:
      return too_many_waiting();
    case Waited::stopping:
      return stopping();
    case Waited::visible:
      break;
  }
  throw std::logic_error("a wait that ended well is no error");
}

}  // namespace keel::query

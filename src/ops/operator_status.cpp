#include "ops/operator_status.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ops/error_status.hpp"

namespace keel::ops {
namespace {

constexpr std::ptrdiff_t longest_reason = 500;

std::ptrdiff_t characters(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
}

}  // namespace

grpc::Status invalid_field(std::string field, std::string description) {
  ErrorDetail detail{"FIELD_INVALID", "keel", {}, {{std::move(field), std::move(description)}}, {}};
  return error_status(grpc::INVALID_ARGUMENT, "the request is not valid", detail);
}

grpc::Status check_reason(std::string_view reason) {
  const auto length = characters(reason);
  if (length < 1 || length > longest_reason) return invalid_field("reason", "must have 1 to 500 characters");
  return grpc::Status::OK;
}

grpc::Status stream_stops() {
  ErrorDetail detail{"STOPPING"};
  detail.retry_after = std::chrono::milliseconds(500);
  return error_status(grpc::UNAVAILABLE, "this process is stopping", detail);
}

grpc::Status too_many_watchers(const std::string& what) {
  ErrorDetail detail{"TOO_MANY_WATCHERS"};
  detail.retry_after = std::chrono::milliseconds(5000);
  return error_status(grpc::RESOURCE_EXHAUSTED, "too many clients " + what, detail);
}

}  // namespace keel::ops

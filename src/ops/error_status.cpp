#include "ops/error_status.hpp"

#include "google/rpc/status_details.pb.h"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

/// What is left of gRPC's 8 KiB of trailing metadata, which base64 and the message share.
constexpr std::size_t most_detail_bytes = 4096;
constexpr std::size_t longest_text = 1024;

std::string kept(std::string_view text) { return mend_utf8(utf8_prefix(text, longest_text)); }

google::rpc::ErrorInfo info_of(const ErrorDetail& detail) {
  google::rpc::ErrorInfo info;
  info.set_reason(detail.reason);
  info.set_domain(detail.domain);
  for (const auto& [key, value] : detail.metadata) (*info.mutable_metadata())[mend_utf8(key)] = kept(value);
  return info;
}

google::rpc::RetryInfo retry_of(std::chrono::milliseconds delay) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(delay.count() % 1000 * 1'000'000));
  return retry;
}

google::rpc::BadRequest bad_request_of(const ErrorDetail& detail) {
  google::rpc::BadRequest bad;
  std::size_t bytes = 0;
  for (const auto& [field, description] : detail.violations) {
    auto* violation = bad.add_field_violations();
    violation->set_field(kept(field));
    violation->set_description(kept(description));
    bytes += violation->ByteSizeLong();
    if (bytes <= most_detail_bytes) continue;
    bad.mutable_field_violations()->RemoveLast();
    break;
  }
  return bad;
}

std::string with_count_of_left_out(std::string message, std::size_t left_out) {
  if (left_out > 0) message += " (" + std::to_string(left_out) + " more violations left out)";
  return message;
}

template <class Detail>
bool read(const google::rpc::Status& status, Detail& into) {
  for (const auto& any : status.details()) {
    if (any.Is<Detail>()) return any.UnpackTo(&into);
  }
  return false;
}

}  // namespace

grpc::Status error_status(grpc::StatusCode code, std::string_view message, const ErrorDetail& detail) {
  google::rpc::Status status;
  status.set_code(code);
  status.add_details()->PackFrom(info_of(detail));
  std::size_t left_out = 0;
  if (!detail.violations.empty()) {
    const auto bad = bad_request_of(detail);
    left_out = detail.violations.size() - static_cast<std::size_t>(bad.field_violations_size());
    status.add_details()->PackFrom(bad);
  }
  if (detail.retry_after) status.add_details()->PackFrom(retry_of(*detail.retry_after));
  status.set_message(with_count_of_left_out(kept(message), left_out));
  return grpc::Status(code, status.message(), status.SerializeAsString());
}

std::optional<ErrorDetail> detail_of(const grpc::Status& status) {
  google::rpc::Status whole;
  google::rpc::ErrorInfo info;
  if (!whole.ParseFromString(status.error_details()) || !read(whole, info)) return std::nullopt;
  ErrorDetail detail{info.reason(), info.domain(), {info.metadata().begin(), info.metadata().end()}, {}, {}};
  google::rpc::BadRequest bad;
  if (read(whole, bad)) {
    for (const auto& each : bad.field_violations()) detail.violations.push_back({each.field(), each.description()});
  }
  google::rpc::RetryInfo retry;
  if (read(whole, retry)) {
    const auto& delay = retry.retry_delay();
    detail.retry_after = std::chrono::milliseconds(delay.seconds() * 1000 + delay.nanos() / 1'000'000);
  }
  return detail;
}

}  // namespace keel::ops

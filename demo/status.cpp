#include "demo/status.hpp"

#include "google/rpc/status_details.pb.h"

namespace keel::demo {
namespace {

/// An answer without ErrorInfo is not Keel's: no server was reached, or one before it.
constexpr std::chrono::milliseconds never_arrived{100};

template <class Detail>
std::optional<Detail> detail_of(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  Detail detail;
  for (const auto& any : details.details()) {
    if (any.Is<Detail>() && any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

const char* name_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::UNKNOWN:
      return "UNKNOWN";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::ABORTED:
      return "ABORTED";
    case grpc::StatusCode::OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS:
      return "DATA_LOSS";
    case grpc::StatusCode::DO_NOT_USE:
      break;
  }
  return "?";
}

}  // namespace

std::string reason_of(const grpc::Status& status) {
  const auto info = detail_of<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : name_of(status.error_code());
}

std::string text_of(const grpc::Status& status) {
  return std::string(name_of(status.error_code())) + '/' + reason_of(status) + ": " + status.error_message();
}

std::optional<std::chrono::milliseconds> retry_after(const grpc::Status& status) {
  const bool temporary = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                         status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
  if (!temporary) return std::nullopt;
  if (!detail_of<google::rpc::ErrorInfo>(status)) return never_arrived;
  const auto advice = detail_of<google::rpc::RetryInfo>(status);
  if (!advice) return std::nullopt;
  return std::chrono::milliseconds(advice->retry_delay().seconds() * 1000 + advice->retry_delay().nanos() / 1'000'000);
}

}  // namespace keel::demo

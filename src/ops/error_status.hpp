#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel::ops {

/// What a client gets beside code and message: `google.rpc.ErrorInfo` always, the others where they help
/// (proto/google/rpc/status_details.proto).
struct ErrorDetail {
  /// UPPER_SNAKE, one word for one cause.
  std::string reason;
  /// Who defines the reason: `keel` or `<context>.keel`.
  std::string domain = "keel";
  /// Every variable part of the message.
  std::map<std::string, std::string> metadata{};

  struct FieldViolation {
    /// Path, e.g. `price.currency_code`.
    std::string field;
    /// What it must be.
    std::string description;
  };
  /// `google.rpc.BadRequest`, when not empty.
  std::vector<FieldViolation> violations{};
  /// `google.rpc.RetryInfo`: waiting this long may help.
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// An error as every surface of Keel tells it: the details travel in `grpc-status-details-bin`.
/// Message and metadata values that are no UTF-8 are mended first, so an error about bad bytes arrives as well.
/// Violations beyond what the trailing metadata holds (8 KiB) are cut, and the message says so.
grpc::Status error_status(grpc::StatusCode code, std::string_view message, const ErrorDetail& detail);

/// The reverse, for clients and tests; nothing when the status carries no `ErrorInfo`.
std::optional<ErrorDetail> detail_of(const grpc::Status& status);

}  // namespace keel::ops

#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/result.hpp"
#include "dashboard/json.hpp"
#include "replay/operation.hpp"

namespace grpc {
class Status;
}  // namespace grpc

namespace keel::dashboard {

/// Why a request got no answer, as every route tells it:
/// `{"error":{"code":"NOT_FOUND","reason":"PROJECTION_NOT_FOUND","message":"…","field":"…"}}`.
struct Refusal {
  /// Of HTTP.
  int status = 500;
  /// gRPC's word: INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND, FAILED_PRECONDITION,
  /// RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL …
  std::string code;
  /// One word for one cause: docs/guides/reference/dashboard-api.md lists them.
  std::string reason;
  /// For people.
  std::string message;
  /// Which part of the request is to blame; empty when none is.
  std::string field{};
  /// It stands in the audit already.
  bool noted = false;
};

Refusal bad_field(std::string field, std::string message);
Refusal not_found(std::string reason, std::string message);
Refusal conflict(std::string reason, std::string message);
Refusal denied(std::string reason, std::string message);
Refusal unavailable(std::string reason, std::string message);
/// A database could not be asked. The fault's text names servers and is for operators, who are the ones that look here.
Refusal refusal_of(const Fault& fault);
Refusal refusal_of(const std::variant<replay::Refused, Fault>& why);
/// What a process answered, or that it did not.
Refusal refusal_of(const grpc::Status& status);

Json document_of(const Refusal& refusal);

/// A value, or why there is none.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : content_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Outcome(Refusal refusal) : content_(std::move(refusal)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  const T& operator*() const& { return std::get<T>(content_); }
  T& operator*() & { return std::get<T>(content_); }
  T&& operator*() && { return std::get<T>(std::move(content_)); }
  const T* operator->() const { return &std::get<T>(content_); }
  T* operator->() { return &std::get<T>(content_); }
  const Refusal& refusal() const { return std::get<Refusal>(content_); }

 private:
  std::variant<T, Refusal> content_;
};

}  // namespace keel::dashboard

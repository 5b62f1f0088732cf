#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"

struct pg_result;

namespace keel::postgres {

/// Why a statement failed.
struct Failure {
  /// SQLSTATE as the server sent it; empty when the failure is the client's (the connection is gone).
  std::string state;
  /// What the server said, or what is wrong with the connection, on one line.
  std::string message;
};

/// `unreachable` when the server said nothing, `denied` when it did not let the role, else `other`.
Fault::Cause cause_of(std::string_view state);

/// What one statement answered: rows in binary form, or why it failed. Rows and columns by number, as the statement
/// lists them; columns are asked for by the type that they have (nothing checks it), and only when the answer is `ok`.
class Answer {
 public:
  /// Nothing was answered.
  Answer();
  Answer(Failure failure) : failure_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  /// Takes libpq's result over, and judges it.
  explicit Answer(pg_result* result);

  bool ok() const { return !failure_; }
  /// When not ok.
  const Failure& failure() const { return *failure_; }

  int size() const;
  int columns() const;
  bool null(int row, int column) const;
  /// `bytea`, or any type as it came; valid as long as this.
  std::string_view bytes(int row, int column) const;
  std::string text(int row, int column) const { return std::string(bytes(row, column)); }
  std::int64_t bigint(int row, int column) const;
  std::int32_t integer(int row, int column) const;
  bool boolean(int row, int column) const;
  Uuid uuid(int row, int column) const;
  Timestamp timestamp(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
  std::optional<Failure> failure_;
};

}  // namespace keel::postgres

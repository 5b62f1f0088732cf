#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "query/value.hpp"

struct pg_conn;
struct pg_result;

namespace keel::query {

/// The parameters of one statement, in binary form: no quoting, no NUL trap, no text conversion.
/// Every placeholder of the SQL carries its cast (`$1::bigint[]`), because nothing else tells its type.
class Parameters {
 public:
  Parameters& text(std::string_view value);
  Parameters& integer(std::int64_t value);  ///< bigint
  Parameters& small(std::int32_t value);    ///< integer
  Parameters& uuid(const Uuid& value);
  Parameters& texts(std::span<const std::string> values);
  Parameters& integers(std::span<const std::int64_t> values);
  /// One value of a column's type.
  Parameters& value(ColumnType type, const Value& value);
  /// An array of values of a column's type; `at(i)` gives the i-th.
  template <class At>
  Parameters& array(ColumnType type, std::size_t count, At at) {
    begin_array(type, count);
    for (std::size_t i = 0; i < count; ++i) element(type, at(i));
    return *this;
  }

  std::size_t size() const { return ends_.size(); }
  std::string_view bytes(std::size_t index) const;
  bool is_null(std::size_t index) const { return nulls_[index]; }

 private:
  void begin(bool null = false);
  void begin_array(ColumnType type, std::size_t count);
  void element(ColumnType type, const Value& value);
  void raw(ColumnType type, const Value& value);

  std::string buffer_;
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> ends_;
  std::vector<bool> nulls_;
};

/// What one statement answered: rows in binary form, or why it failed.
class Answer {
 public:
  Answer() = default;
  explicit Answer(pg_result* result) : result_(result, &clear) {}

  bool ok() const;
  /// The server waits for the data of a COPY.
  bool copies_in() const;
  /// Five characters; empty when the server said nothing (the connection is gone).
  std::string_view sqlstate() const;
  /// For operators.
  std::string what() const;
  /// What the statement itself says, for refusals that our own functions raise.
  std::string message() const;
  /// When not ok.
  Fault fault(Fault::Outcome outcome) const;

  int rows() const;
  bool is_null(int row, int column) const;
  std::string_view text(int row, int column) const;
  std::int64_t integer(int row, int column) const;  ///< bigint
  std::int32_t small(int row, int column) const;    ///< integer
  bool boolean(int row, int column) const;
  Uuid uuid(int row, int column) const;
  Value value(ColumnType type, int row, int column) const;

 private:
  static void clear(pg_result* result);
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_{nullptr, &clear};
};

/// A statement: its text is also its identity, prepared once a session.
struct Statement {
  std::string_view sql;
  const Parameters* parameters = nullptr;
};

struct SessionOptions {
  /// Shown in pg_stat_activity.
  std::string name = "keel";
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds statement_timeout{30'000};
  /// Commits do not wait for the disk. Safe for the read store: the journal is the truth, rows and checkpoint are lost
  /// together, and the projector folds them again.
  bool asynchronous_commit = false;
};

/// One connection to the read store. Blocks; one thread at a time; never reconnects.
class PostgresSession {
 public:
  /// Fault: says which server, and what to look at. Never shows the password.
  static Result<std::unique_ptr<PostgresSession>> open(const std::string& dsn, const SessionOptions& options);
  ~PostgresSession();

  bool usable() const;

  /// Runs the statements in one round trip and one transaction: all take effect, or none. One answer each; after the
  /// first that failed the others are not ok either.
  std::vector<Answer> run(std::span<const Statement> statements);
  Answer run(std::string_view sql, const Parameters& parameters);
  /// Text without parameters, possibly several statements; for DDL, LISTEN and BEGIN.
  Answer run_script(const std::string& sql);
  /// `COPY … FROM STDIN` with these bytes.
  Answer copy_in(const std::string& sql, std::string_view data);

  /// Payloads of the notifications since the last call. Waits at most `timeout` for the first, or until
  /// `wake_descriptor` (negative: none) becomes readable.
  std::vector<std::string> notifications(std::chrono::milliseconds timeout, int wake_descriptor);

 private:
  explicit PostgresSession(pg_conn* connection) : connection_(connection) {}
  Answer prepare(std::string_view sql);
  void send(const Statement& statement);
  std::vector<std::string> notified();

  pg_conn* connection_;
  /// Names of the prepared statements by their text.
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace keel::query

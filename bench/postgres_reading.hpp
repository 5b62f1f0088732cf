#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load.hpp"
#include "bench/processes.hpp"

struct pg_conn;

namespace keel::bench {

/// A plain libpq session that reads: the reference of every read, and the bench's own questions to the databases.
/// Every call blocks and throws std::runtime_error when it fails. One thread.
class PostgresReading {
 public:
  explicit PostgresReading(const std::string& dsn);

  /// Rows as text, NULL as "".
  std::vector<std::vector<std::string>> rows(const std::string& sql);
  /// First column of the first row as a number; 0 when there is none.
  double number(const std::string& sql);

  /// Prepares the statement that `select` runs; `$1` is a text.
  void prepare(const std::string& sql);
  /// Runs it; answers come in binary. How many rows came.
  int select(const std::string& parameter);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
};

/// A prepared look-up by one text, again and again with these parameters in turn, by as many sessions at once, each of
/// one thread. Throws when a look-up finds nothing.
Outcome raw_select(const std::string& dsn, const std::string& sql, const std::vector<std::string>& parameters,
                   int sessions, std::chrono::milliseconds measured, const Processes& processes);

}  // namespace keel::bench

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct pg_conn;

namespace keel::bench {

/// A plain libpq session that moves rows in bulk, as a client does: bytes go over the connection. Every call blocks and
/// throws std::runtime_error when it fails. One thread.
class PostgresCopying {
 public:
  explicit PostgresCopying(const std::string& dsn);

  /// Any statements.
  void run(const std::string& sql);
  /// `COPY … FROM STDIN` of these bytes, in the statement's own format.
  void copy_in(const std::string& sql, std::string_view bytes);
  /// Everything that `COPY … TO STDOUT` sends.
  std::string copy_out(const std::string& sql);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  [[noreturn]] void fail() const;
  /// Until the server has nothing more to say of the statement.
  void finish();

  std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace keel::bench

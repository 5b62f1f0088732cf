#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "postgres/answer.hpp"
#include "postgres/parameters.hpp"

struct pg_conn;

namespace keel::postgres {

/// libpq's connection keywords.
using Keywords = std::vector<std::pair<const char*, std::string>>;

/// How to reach a database, and how to be with it. What a session is to be beyond that (timeouts, roles), its room says
/// by a script.
struct ConnectOptions {
  /// libpq's connection string or URI.
  std::string dsn{};
  /// What the connection string says wins over these.
  Keywords defaults{};
  /// These win over the connection string.
  Keywords fixed{};
  /// A server that is silent for longer after one statement was sent is given up. 0: never.
  std::chrono::milliseconds give_up_after{0};
  /// Of the SQLSTATE of a failure: whether nobody knows what was done, so that the session is not to be used again.
  bool (*in_doubt)(std::string_view state) = nullptr;
};

/// libpq counts in whole seconds: at least one, never less than asked for.
std::string whole_seconds(std::chrono::milliseconds duration);

/// A statement: its text is its identity, prepared once a session.
struct Statement {
  std::string_view sql;
  Parameters parameters{};
};

/// What to do whenever the server has not moved for so long.
struct Stall {
  std::chrono::milliseconds patience{1'000};
  std::function<void()> then{};
};

/// One connection to PostgreSQL; alone knows libpq. Blocks; one thread at a time. It never reconnects: once the
/// connection is lost, the server was given up, or a failure was `in_doubt`, every call fails without SQLSTATE.
///
/// What a failure means is for the rooms to say: whether a lost connection may have left an effect depends on what was
/// asked for.
class Session {
 public:
  /// The fault says which server, where, and why; never the password.
  static Result<std::unique_ptr<Session>> open(const ConnectOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool usable() const;

  /// Runs a statement: in a transaction of its own, or in the one that a script began. A failure ends that one, too.
  Answer run(std::string_view sql, const Parameters& parameters, const Stall& stall = {});
  /// Runs the statements in one round trip and one transaction: all take effect, or none. One answer each; after the
  /// first that failed the others are not ok either. When one of them cannot be prepared nothing is run, and every
  /// answer says why. Waits for as long as the server lets it.
  std::vector<Answer> run(std::span<const Statement> statements);
  /// Text without parameters, possibly several statements, for DDL, settings, LISTEN, BEGIN and COMMIT. Answers the
  /// last one's rows, in text format.
  Answer script(const std::string& sql);
  /// `COPY … FROM STDIN` with these bytes. Waits for as long as the server lets it.
  Answer copy_in(const std::string& sql, std::string_view data);

  /// Payloads of the notifications since the last call. Waits at most `timeout` for the first, or until
  /// `wake_descriptor` (negative: none) becomes readable.
  std::vector<std::string> notifications(std::chrono::milliseconds timeout, int wake_descriptor);

  /// Host, port and database, without user and password.
  std::string place() const;
  /// The server's process that serves this session.
  int backend_pid() const;

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  using Connection = std::unique_ptr<pg_conn, Close>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  Session(const ConnectOptions& options, Connection connection);

  bool gives_up() const { return give_up_after_.count() > 0; }
  Answer prepare(std::string_view sql);
  bool send(const std::string& name, const Parameters& parameters);
  /// Waits for the end of what was sent.
  Answer await(const Stall& stall);
  /// False when nothing moved.
  bool flush_and_wait(std::chrono::milliseconds limit);
  Answer collect();
  Answer copy(const std::string& sql, std::string_view data);
  std::vector<Answer> run_in_pipeline(std::span<const Statement> statements);
  /// Gives the session up when it has to be.
  Answer judged(Answer answer);
  void leave_failed_transaction();
  Answer lost(std::string message);
  std::string connection_error() const;
  std::vector<std::string> notified();

  const std::chrono::milliseconds give_up_after_;
  bool (*const in_doubt_)(std::string_view state);
  Connection connection_;
  bool usable_ = true;
  /// Names of the prepared statements by their text.
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> names_;
  // Kept between sends for their memory.
  std::vector<const char*> values_;
  std::vector<int> formats_;
};

}  // namespace keel::postgres

#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace keel::ops {

struct ConnectionOptions {
  /// libpq's connection string or URI. What it says of keepalives wins over the defaults here.
  std::string dsn;
  std::string application_name;
  /// libpq waits at least 2 s.
  std::chrono::seconds connect_timeout{2};
  std::chrono::milliseconds statement_timeout{3'000};
  /// Refuses whatever changes something.
  bool read_only = false;
};

/// A session for what is told and asked once a second or less. Blocks. Commits do not wait for the disk: what is lost
/// by a crash of the server is told again or was only history. Throws what libpqxx throws, and std::invalid_argument
/// when the connection string is none. After an exception the connection is to be thrown away: libpqxx would reconnect
/// by itself, without these settings.
std::unique_ptr<pqxx::connection> connect(const ConnectionOptions& options);

/// What an exception of libpqxx says, for operators: unreachable, denied or other. `doing` completes "cannot …".
Fault fault_of(const std::exception& error, std::string_view doing);

/// A moment in SQL, as bigint microseconds, and back.
inline std::int64_t microseconds_of(Timestamp at) { return at.time_since_epoch().count(); }
inline Timestamp moment_of(std::int64_t microseconds) { return Timestamp(std::chrono::microseconds(microseconds)); }

}  // namespace keel::ops

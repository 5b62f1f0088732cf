#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "postgres/session.hpp"

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

/// A session for what is told and asked once a second or less. Commits do not wait for the disk: what is lost by a
/// crash of the server is told again or was only history. After a fault it is to be thrown away.
Result<std::unique_ptr<postgres::Session>> open_session(const ConnectionOptions& options);

/// Runs a statement. The fault is for operators: unreachable, denied or other; "cannot `doing`: why".
Result<postgres::Answer> ask(postgres::Session& session, std::string_view sql, const postgres::Parameters& parameters,
                             std::string_view doing);

}  // namespace keel::ops

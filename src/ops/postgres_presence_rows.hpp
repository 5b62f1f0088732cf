#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/postgres_options.hpp"
#include "ops/process_identity.hpp"
#include "ops/supervision.hpp"

namespace keel::ops {

/// A process's row in `processes` and its lines in `supervision_history`, written through one session. Blocks; one
/// thread. After a fault it is to be thrown away. Names and causes are stored with NUL replaced by U+FFFD, paths cut to
/// 1,000 bytes.
class PostgresPresenceRows {
 public:
  static Result<std::unique_ptr<PostgresPresenceRows>> open(const ConnectionOptions& options, ProcessIdentity own);

  /// Makes the row anew when it was pruned.
  Result<Done> beat();
  Result<Done> farewell();
  /// A line that is there already, because the answer was lost, stays as it is.
  Result<Done> store(const std::vector<SupervisionEvent>& events);
  /// Forgets what is older. Whether all of it has gone.
  Result<bool> prune(std::chrono::milliseconds retention);

 private:
  PostgresPresenceRows(std::unique_ptr<postgres::Session> session, ProcessIdentity own)
      : session_(std::move(session)), own_(std::move(own)) {}
  Result<Done> tell(std::string_view sql, const postgres::Parameters& parameters);

  const std::unique_ptr<postgres::Session> session_;
  const ProcessIdentity own_;
};

}  // namespace keel::ops

#pragma once

#include <chrono>
#include <string>

#include "actors/doorbell.hpp"
#include "actors/runner.hpp"
#include "journal/journal.hpp"

namespace keel::actors {

struct UpkeepOptions {
  /// R: how long a request id is remembered.
  std::chrono::hours retention{24 * 7};
  std::chrono::milliseconds every{std::chrono::hours(1)};
};

/// Keeps the journal in shape while this process owns it: room for the receipts of the coming days, and an end for
/// those past their retention. At once when it starts, then every hour. One per journal.
HostedService upkeep_service(const std::string& context, journal::OpenJournal open_journal, UpkeepOptions options);

}  // namespace keel::actors

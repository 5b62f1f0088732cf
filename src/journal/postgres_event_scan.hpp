#pragma once

#include "journal/event_scan.hpp"
#include "journal/postgres_options.hpp"

namespace keel::journal {

/// Scans the journal in PostgreSQL: one prepared statement a call, binary, along the primary key. The account needs
/// what `keel_projector` has.
OpenEventScan postgres_event_scan(PostgresOptions options);

}  // namespace keel::journal

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "journal/migrations.hpp"
#include "journal/records.hpp"

namespace keel::journal {

/// migrations/journal, embedded.
std::span<const Migration> journal_migrations();

/// What a journal is made for.
struct JournalPlan {
  std::vector<std::string> contexts;
  /// Fixed for ever when the journal is created: stored lanes rest on it.
  std::int32_t lane_count = 16;
};

struct JournalReport {
  MigrationReport migrations;
  /// The journal's row was made by this call: a fresh incarnation.
  bool created = false;
  /// Contexts that got their lanes by this call.
  std::vector<std::string> contexts_added;
  Identity identity;
};

/// Applies the migrations, makes the journal's row when there is none, and the lanes of contexts that have none. May be
/// called again at any time and by several processes at once. Refuses another lane count than the journal's: that is an
/// offline copy into a new incarnation.
Result<JournalReport> migrate_journal(const std::string& dsn, const JournalPlan& plan);

/// For the start of a process: a fault, with the command that mends it, unless schema, lane count and the lanes of
/// every context are as planned.
Result<Done> check_journal(const std::string& dsn, const JournalPlan& plan);

}  // namespace keel::journal

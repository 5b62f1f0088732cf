#pragma once

#include <span>
#include <string>

#include "core/result.hpp"
#include "journal/migrations.hpp"

namespace keel::query {

/// migrations/read, embedded.
std::span<const journal::Migration> read_migrations();

/// Applies what is missing in the read store. Its applied versions stand in a table of their own, so that journal and
/// read store may share a database. Otherwise as `journal::migrate`.
Result<journal::MigrationReport> migrate_read_store(const std::string& dsn);

/// For the start of a process: a fault when the read store is too old (run `keel migrate`) or too new.
Result<Done> check_read_store(const std::string& dsn);

}  // namespace keel::query

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace keel::journal {

/// One file of migrations/, as it was when the binary was built (CMake: `keel_embed_migrations`).
///
/// The format is dbmate's (https://github.com/amacneil/dbmate): the file's name begins with its version, its SQL stands
/// between a line `-- migrate:up` and an optional line `-- migrate:down`. What comes before says why. Forward only.
struct Migration {
  /// The digits that the file's name begins with: the order, and the key in the table of applied ones.
  std::string_view version;
  std::string_view file;
  std::string_view sql;
};

/// Where the applied versions are written down: one column `version`, as dbmate has it. Two schemas that may live in
/// one database need two tables.
struct MigrationOptions {
  std::string table = "schema_migrations";
};

struct MigrationReport {
  /// Files applied by this call, in order.
  std::vector<std::string> applied;
  /// How many were there already.
  std::size_t present = 0;
};

/// How the database compares with what this binary knows.
struct SchemaState {
  /// Files that were not applied: the database is too old.
  std::vector<std::string> missing;
  /// Applied versions that this binary does not know: the database is too new.
  std::vector<std::string> unknown;

  bool fits() const { return missing.empty() && unknown.empty(); }
};

/// Applies what is missing, each file in a transaction of its own. Several processes may call it at once: an advisory
/// lock lets one work and the others find everything done. Refuses a database that is too new. On failure the files
/// before the failing one stay applied, and the fault names the file.
Result<MigrationReport> migrate(const std::string& dsn, std::span<const Migration> migrations,
                                const MigrationOptions& options = {});

/// Compares without changing anything. A database without the table has nothing applied.
Result<SchemaState> compare_schema(const std::string& dsn, std::span<const Migration> migrations,
                                   const MigrationOptions& options = {});

/// For the start of a process: a fault when the schema is too old (what is missing; run `keel migrate`) or too new
/// (what is unknown; install the release that made it).
Result<Done> check_schema(const std::string& dsn, std::span<const Migration> migrations,
                          const MigrationOptions& options = {});

/// The part of a file that is applied; nothing when the file has no line `-- migrate:up`.
std::string_view upward_part(std::string_view sql);

}  // namespace keel::journal

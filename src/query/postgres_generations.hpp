#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "query/postgres_options.hpp"
#include "query/read_model.hpp"

namespace keel::query {

/// Makes generation 1 of every projection that has none yet: its tables, the rights of `keel_projector` and
/// `keel_query` on them, and its rows in `projections` and `generations`, all in one transaction. Needs the read
/// store's migrations (migrations/read) to be there, and the role that owns them. Answers the names of the projections
/// that were made. Repeating it, or two at once, is harmless. What is there already is left as it is, whatever its
/// version.
Result<std::vector<std::string>> make_first_generations(const std::string& dsn, std::span<const ReadModel> models);

// -- statements for a generation of its own, for sessions of the role `keel_replay` ---------------------------------

/// Tables with their primary keys and rights, owned by `keel_replay`; no other index yet.
std::string make_tables_sql(const Projection& projection, std::int64_t generation);
/// Drops the tables, if they are there.
std::string drop_tables_sql(const Projection& projection, std::int64_t generation);

}  // namespace keel::query

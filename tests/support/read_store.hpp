#pragma once

#include <span>
#include <string>

#include "query/read_model.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {

/// The read store's migrations, and generation 1 of these read models. Throws when that fails.
void migrate_read_store(const Database& database, std::span<const query::ReadModel> models);

/// A fresh database, migrated for these read models.
Database read_database(Cluster& cluster, std::span<const query::ReadModel> models);

}  // namespace keel::test

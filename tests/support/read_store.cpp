#include "support/read_store.hpp"

#include <stdexcept>

#include "query/postgres_generations.hpp"
#include "query/schema.hpp"

namespace keel::test {

void migrate_read_store(const Database& database, std::span<const query::ReadModel> models) {
  const auto migrated = query::migrate_read_store(database.dsn);
  if (!migrated) throw std::runtime_error(migrated.fault().what);
  const auto made = query::make_first_generations(database.dsn, models);
  if (!made) throw std::runtime_error(made.fault().what);
}

Database read_database(Cluster& cluster, std::span<const query::ReadModel> models) {
  auto database = cluster.empty_database();
  migrate_read_store(database, models);
  return database;
}

}  // namespace keel::test

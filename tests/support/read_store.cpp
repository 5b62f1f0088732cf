#include "support/read_store.hpp"

#include <stdexcept>

#include "journal/migrations.hpp"
#include "query/postgres_generations.hpp"

namespace keel::test {

Database read_database(Cluster& cluster, std::span<const query::ReadModel> models) {
  auto database = cluster.empty_database();
  const auto migrated = journal::migrate(database.dsn, query::read_migrations(), query::read_schema());
  if (!migrated) throw std::runtime_error(migrated.fault().what);
  const auto made = query::make_first_generations(database.dsn, models);
  if (!made) throw std::runtime_error(made.fault().what);
  return database;
}

}  // namespace keel::test

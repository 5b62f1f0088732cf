#include "query/schema.hpp"

namespace keel::query {
namespace {

const journal::MigrationOptions in_the_read_store{.table = "read_schema_migrations"};

}  // namespace

Result<journal::MigrationReport> migrate_read_store(const std::string& dsn) {
  return journal::migrate(dsn, read_migrations(), in_the_read_store);
}

Result<Done> check_read_store(const std::string& dsn) {
  return journal::check_schema(dsn, read_migrations(), in_the_read_store);
}

}  // namespace keel::query

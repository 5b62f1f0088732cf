#pragma once

#include <span>
#include <string>

#include "query/read_model.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {

/// A fresh database with the read store's migrations, and generation 1 of these read models. Throws when that fails.
Database read_database(Cluster& cluster, std::span<const query::ReadModel> models);

}  // namespace keel::test

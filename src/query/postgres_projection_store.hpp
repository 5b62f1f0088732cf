#pragma once

#include <string>

#include "query/projection_store.hpp"

namespace keel::query {

/// Opens sessions on the read store in PostgreSQL. The role needs what `keel_projector` has.
OpenProjectionStore postgres_projection_store(std::string dsn, std::string session_name = "keel projector");

}  // namespace keel::query

#pragma once

#include "query/read_model.hpp"
#include "support/read_store.hpp"

namespace keel::query {

/// A projection with every type of column and a key of two.
inline Projection sample_projection() {
  Projection projection;
  projection.name = "sample";
  projection.version = 3;
  projection.contexts = {"testing"};
  projection.tables = {{"things",
                        {{"id", ColumnType::text},
                         {"count", ColumnType::integer},
                         {"flag", ColumnType::boolean},
                         {"raw", ColumnType::bytes},
                         {"at", ColumnType::timestamp}},
                        1},
                       {"pairs", {{"a", ColumnType::text}, {"b", ColumnType::integer}, {"note", ColumnType::text}}, 2}};
  projection.tables_sql = R"sql(
    CREATE TABLE things_g{g} (id text PRIMARY KEY, count bigint CHECK (count < 1000), flag boolean, raw bytea,
                              at timestamptz, lane integer NOT NULL, position bigint NOT NULL);
    CREATE TABLE pairs_g{g} (a text, b bigint, note text, lane integer NOT NULL, position bigint NOT NULL,
                             PRIMARY KEY (a, b));)sql";
  projection.make_folder = [] { return nullptr; };
  return projection;
}

/// A read store of its own with the first generation of the sample.
inline test::Database sample_read_store() {
  const ReadModel models[] = {{{sample_projection()}, {}}};
  return test::read_database(test::Cluster::shared(), models);
}

}  // namespace keel::query

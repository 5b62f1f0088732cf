#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "domain/aggregate.hpp"
#include "query/projection.hpp"

namespace keel::query {

/// The columns that every aggregate's table begins with.
enum AggregateColumn : std::size_t { id_column, version_column, changed_at_column, state_column, first_own_column };

/// A table with one row an aggregate: `<id_name> text PRIMARY KEY, version bigint, changed_at timestamptz, state
/// bytea`, then columns to find rows by.
Table aggregate_table(std::string name, std::string_view id_name, std::vector<Column> own);

/// The usual projection: an aggregate's state as the domain remembers it, with columns to find it by.
struct AggregateView {
  const domain::AggregateKind* kind = nullptr;
  /// Index of its `aggregate_table` among the projection's tables.
  std::size_t table = 0;
  /// Appends the values of the table's own columns.
  void (*columns)(const domain::Message& state, std::vector<Value>& values) = nullptr;
  /// States remembered from batch to batch, so that a hot row is not read again; per lane.
  std::size_t remembered = 2'000;
};

/// Folds with the domain's `evolve`. Events of other aggregate types are passed over. An event that does not decode, or
/// that does not follow the row's version, is poison.
std::unique_ptr<Folder> make_aggregate_folder(const AggregateView& view);

}  // namespace keel::query

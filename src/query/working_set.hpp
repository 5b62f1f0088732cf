#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/value.hpp"

namespace keel::query {

/// A table of a projection. In the database it is `<name>_g<generation>`, with these columns and, beside them,
/// `lane integer NOT NULL` and `position bigint NOT NULL`. The first `key_columns` columns are its primary key; the
/// first of them is the id of the aggregate that the row tells of, so that rows of parked aggregates are known.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::size_t key_columns = 1;
};

/// The rows that one batch of one lane touches: read once, changed in memory, written once, in key order.
class WorkingSet {
 public:
  explicit WorkingSet(std::span<const Table> tables) : tables_(tables), entries_(tables.size()) {}

  // -- for folders ---------------------------------------------------------------------------------------------
  /// Asks for a row to be read before the fold.
  void want(std::size_t table, Key key) { entries_[table].try_emplace(std::move(key)); }
  /// The row as it is now, or null when there is none. Only rows that were wanted or put are known.
  const Row* find(std::size_t table, const Key& key) const;
  /// Inserts or replaces the row that its key names.
  void put(std::size_t table, Row row);
  /// Deletes the row, if there is one.
  void erase(std::size_t table, Key key);

  // -- for stores ----------------------------------------------------------------------------------------------
  struct Changes {
    std::vector<const Row*> written;
    std::vector<const Key*> erased;
  };
  std::span<const Table> tables() const { return tables_; }
  /// Keys to read, in key order.
  std::vector<const Key*> wanted(std::size_t table) const;
  /// Hands in a row that was read.
  void load(std::size_t table, Row row);
  /// What is to be written, in key order.
  Changes changes(std::size_t table) const;
  /// About how much memory it takes. Looks at every row.
  std::size_t bytes() const;

 private:
  struct Entry {
    std::optional<Row> row;
    bool changed = false;
  };
  Key key_of(std::size_t table, const Row& row) const;

  std::span<const Table> tables_;
  std::vector<std::map<Key, Entry>> entries_;
};

/// About how much memory a row's values take.
std::size_t bytes_of(const Row& row);

}  // namespace keel::query

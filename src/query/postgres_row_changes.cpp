#include "query/postgres_row_changes.hpp"

#include <algorithm>
#include <compare>
#include <utility>

#include "query/postgres_values.hpp"

namespace keel::query {
namespace {

using postgres::Parameters;

struct WantedKey {
  const Key* key;
  WorkingSet* set;
};

struct WrittenRow {
  const Row* row;
  Lane lane;
};

std::strong_ordering compare(const Table& table, const Row& a, const Row& b) {
  const auto keys = static_cast<std::ptrdiff_t>(table.key_columns);
  return std::lexicographical_compare_three_way(a.values.begin(), a.values.begin() + keys, b.values.begin(),
                                                b.values.begin() + keys);
}

std::vector<WantedKey> wanted_keys(std::span<WorkingSet* const> sets, std::size_t table) {
  std::vector<WantedKey> wanted;
  for (auto* set : sets) {
    for (const Key* key : set->wanted(table)) wanted.push_back({key, set});
  }
  std::ranges::sort(wanted, {}, [](const WantedKey& one) -> const Key& { return *one.key; });
  return wanted;
}

/// The set that wants the row.
WorkingSet* set_of(const Table& table, const std::vector<WantedKey>& wanted, const Row& row) {
  const Key key(row.values.begin(), row.values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
  const auto found =
      std::ranges::lower_bound(wanted, key, {}, [](const WantedKey& one) -> const Key& { return *one.key; });
  return found->set;
}

template <class Items, class KeyOf>
Parameters keyed(const Table& table, const Items& items, KeyOf key_of) {
  Parameters parameters;
  for (std::size_t part = 0; part < table.key_columns; ++part) {
    put_array(parameters, table.columns[part].type, items,
              [&](const auto& item) -> const Value& { return key_of(item)[part]; });
  }
  return parameters;
}

Parameters written(const Table& table, const std::vector<WrittenRow>& rows) {
  Parameters parameters;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    put_array(parameters, table.columns[column].type, rows,
              [&](const WrittenRow& one) -> const Value& { return one.row->values[column]; });
  }
  parameters.bigints(rows, [](const WrittenRow& one) { return one.row->position.value; });
  parameters.integers(rows, [](const WrittenRow& one) { return one.lane.value; });
  return parameters;
}

}  // namespace

const TableSql& PostgresRowSql::of(const Table& table, std::int64_t generation) {
  const auto [found, fresh] = sql_.try_emplace({table.name, generation});
  if (fresh) found->second = table_sql(table, generation);
  return found->second;
}

Result<Done> PostgresRowSql::read(postgres::Session& session, std::int64_t generation,
                                  std::span<WorkingSet* const> sets) {
  const auto tables = sets.front()->tables();
  for (std::size_t index = 0; index < tables.size(); ++index) {
    const auto wanted = wanted_keys(sets, index);
    if (wanted.empty()) continue;
    const auto& table = tables[index];
    const auto key_of = [](const WantedKey& one) -> const Key& { return *one.key; };
    const auto answer = session.run(of(table, generation).read, keyed(table, wanted, key_of));
    if (!answer.ok()) return fault_of(answer);
    for (int number = 0; number < answer.size(); ++number) {
      auto row = row_of(table.columns, answer, number);
      auto* set = set_of(table, wanted, row);
      set->load(index, std::move(row));
    }
  }
  return Done{};
}

void PostgresRowSql::add_changes(std::span<const LaneRows> changed, std::int64_t generation,
                                 std::vector<postgres::Statement>& statements) {
  const auto tables = changed.front().rows->tables();
  for (std::size_t index = 0; index < tables.size(); ++index) {
    const auto& table = tables[index];
    std::vector<WrittenRow> rows;
    std::vector<const Key*> erased;
    for (const auto& [lane, set] : changed) {
      const auto changes = set->changes(index);
      for (const Row* row : changes.written) rows.push_back({row, lane});
      erased.insert(erased.end(), changes.erased.begin(), changes.erased.end());
    }
    const auto& sql = of(table, generation);
    if (!erased.empty()) {
      std::ranges::sort(erased, {}, [](const Key* key) -> const Key& { return *key; });
      statements.push_back({sql.erase, keyed(table, erased, [](const Key* key) -> const Key& { return *key; })});
    }
    if (!rows.empty()) {
      std::ranges::sort(rows,
                        [&](const WrittenRow& a, const WrittenRow& b) { return compare(table, *a.row, *b.row) < 0; });
      statements.push_back({sql.write, written(table, rows)});
    }
  }
}

}  // namespace keel::query

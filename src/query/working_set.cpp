#include "query/working_set.hpp"

#include <algorithm>

#include "query/projection.hpp"

namespace keel::query {
namespace {

/// What a value keeps outside itself.
std::size_t outside(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->capacity();
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->value.capacity();
  return 0;
}

std::size_t size_of(const std::vector<Value>& values) {
  std::size_t size = values.size() * sizeof(Value);
  for (const auto& value : values) size += outside(value);
  return size;
}

}  // namespace

Key WorkingSet::key_of(std::size_t table, const Row& row) const {
  const auto end = row.values.begin() + static_cast<std::ptrdiff_t>(tables_[table].key_columns);
  return Key(row.values.begin(), end);
}

const Row* WorkingSet::find(std::size_t table, const Key& key) const {
  const auto found = entries_[table].find(key);
  if (found == entries_[table].end() || !found->second.row) return nullptr;
  return &*found->second.row;
}

void WorkingSet::put(std::size_t table, Row row) {
  auto& entry = entries_[table][key_of(table, row)];
  entry.row = std::move(row);
  entry.changed = true;
}

void WorkingSet::erase(std::size_t table, Key key) {
  auto& entry = entries_[table][std::move(key)];
  entry.row.reset();
  entry.changed = true;
}

std::vector<const Key*> WorkingSet::wanted(std::size_t table) const {
  std::vector<const Key*> keys;
  keys.reserve(entries_[table].size());
  for (const auto& [key, entry] : entries_[table]) keys.push_back(&key);
  return keys;
}

void WorkingSet::load(std::size_t table, Row row) {
  auto& entry = entries_[table][key_of(table, row)];
  if (!entry.changed) entry.row = std::move(row);
}

WorkingSet::Changes WorkingSet::changes(std::size_t table) const {
  Changes changes;
  for (const auto& [key, entry] : entries_[table]) {
    if (!entry.changed) continue;
    if (entry.row) {
      changes.written.push_back(&*entry.row);
    } else {
      changes.erased.push_back(&key);
    }
  }
  return changes;
}

std::size_t WorkingSet::bytes() const {
  constexpr std::size_t node = 64;
  std::size_t size = 0;
  for (const auto& table : entries_) {
    for (const auto& [key, entry] : table) {
      size += node + sizeof(Entry) + size_of(key) + (entry.row ? size_of(entry.row->values) : 0);
    }
  }
  return size;
}

std::size_t bytes_of(const Row& row) { return size_of(row.values); }

GenerationSql generation_sql(const Projection& projection, std::int64_t generation) {
  const std::string all = for_generation(projection.tables_sql, generation);
  GenerationSql apart;
  for (std::size_t from = 0; from < all.size();) {
    const auto end = std::min(all.find(';', from), all.size());
    const auto first = all.find_first_not_of(" \n", from);
    if (first < end) {
      std::string statement = all.substr(first, end - first);
      auto& kind = statement.starts_with("CREATE TABLE") ? apart.tables : apart.indices;
      kind.push_back(std::move(statement));
    }
    from = end + 1;
  }
  return apart;
}

std::string for_generation(std::string_view sql, std::int64_t generation) {
  constexpr std::string_view mark = "{g}";
  const std::string number = std::to_string(generation);
  std::string text;
  while (true) {
    const auto at = sql.find(mark);
    text += sql.substr(0, at);
    if (at == std::string_view::npos) return text;
    text += number;
    sql.remove_prefix(at + mark.size());
  }
}

}  // namespace keel::query

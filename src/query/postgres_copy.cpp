#include "query/postgres_copy.hpp"

#include "query/postgres_encoding.hpp"

namespace keel::query {
namespace {

constexpr std::string_view signature{"PGCOPY\n\xFF\r\n\0", 11};

}  // namespace

std::string copy_in_sql(const Table& table, std::int64_t generation) {
  std::string sql = "COPY " + table.name + "_g" + std::to_string(generation) + " (";
  for (const auto& column : table.columns) sql += std::string(column.name) + ", ";
  return sql + "lane, position) FROM STDIN (FORMAT binary)";
}

CopiedRows::CopiedRows() {
  bytes_ = signature;
  encode(bytes_, std::uint32_t{0});  // flags
  encode(bytes_, std::uint32_t{0});  // length of the header's extension
}

void CopiedRows::add(const Table& table, const Row& row, Lane lane) {
  encode(bytes_, static_cast<std::uint16_t>(table.columns.size() + 2));
  for (std::size_t i = 0; i < table.columns.size(); ++i) encode_field(bytes_, table.columns[i].type, row.values[i]);
  encode(bytes_, std::uint32_t{4});
  encode(bytes_, static_cast<std::uint32_t>(lane.value));
  encode(bytes_, std::uint32_t{8});
  encode(bytes_, static_cast<std::uint64_t>(row.position.value));
}

std::string_view CopiedRows::finished() {
  encode(bytes_, std::uint16_t{0xFFFF});
  return bytes_;
}

}  // namespace keel::query

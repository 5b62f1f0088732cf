#include "query/row_checksum.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "query/postgres_table_sql.hpp"
#include "query/postgres_values.hpp"

namespace keel::query {
namespace {

std::string sent(const Column& column) {
  std::string name = "t." + std::string(column.name);
  switch (column.type) {
    case ColumnType::boolean:
      return "boolsend(" + name + ")";
    case ColumnType::integer:
      return "int8send(" + name + ")";
    case ColumnType::text:
      return "textsend(" + name + ")";
    case ColumnType::bytes:
      return name;
    case ColumnType::timestamp:
      return "timestamptz_send(" + name + ")";
  }
  throw std::logic_error("unknown column type");
}

std::string with_length(const Column& column) {
  const std::string bytes = sent(column);
  return "coalesce(int4send(octet_length(" + bytes + ")) || " + bytes + ", '\\xffffffff'::bytea)";
}

std::string name_of(const Table& table, std::int64_t generation) {
  return table.name + "_g" + std::to_string(generation);
}

std::string not_parked(const Table& table) {
  return "NOT EXISTS (SELECT FROM parked p WHERE p.projection = $1::text AND p.generation = $2::bigint"
         " AND p.lane = t.lane AND p.aggregate_id = t." +
         std::string(table.columns.front().name) + ")";
}

}  // namespace

void add_to(RowChecksum& checksum, const Table& table, const Row& row) {
  std::string bytes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) put_field(bytes, table.columns[i].type, row.values[i]);
  postgres::put(bytes, row.position.value);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1) {
    throw std::runtime_error("this OpenSSL computes no MD5");
  }
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 8; ++i) first = first << 8 | digest[i];
  ++checksum.rows;
  checksum.sum ^= static_cast<std::int64_t>(first);
}

std::string checksums_sql(const Table& table, std::int64_t generation) {
  std::string bytes;
  for (const auto& column : table.columns) bytes += with_length(column) + " || ";
  bytes += "int8send(t.position)";
  return "SELECT t.lane, count(*), bit_xor(('x' || substr(md5(" + bytes + "), 1, 16))::bit(64)::bigint) FROM " +
         name_of(table, generation) + " t WHERE " + not_parked(table) + " GROUP BY t.lane ORDER BY t.lane";
}

std::string lane_rows_sql(const Table& table, std::int64_t generation) {
  return "SELECT " + select_list(table) + " FROM " + name_of(table, generation) + " t WHERE t.lane = $3::integer AND " +
         not_parked(table);
}

}  // namespace keel::query

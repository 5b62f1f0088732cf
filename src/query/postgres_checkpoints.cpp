#include "query/postgres_checkpoints.hpp"

#include "query/postgres_session.hpp"

namespace keel::query {
namespace {

constexpr std::string_view all_checkpoints_sql =
    "SELECT projection, context, lane, position, incarnation FROM checkpoints ORDER BY projection, context, lane";

}  // namespace

Result<std::vector<journal::Seen>> all_checkpoints(const std::string& dsn) {
  auto session = PostgresSession::open(dsn, SessionOptions{.name = "keel journal"});
  if (!session) return session.fault();
  const auto rows = (*session)->run(all_checkpoints_sql, Parameters());
  if (!rows.ok()) return Fault{Fault::Outcome::nothing_changed, "reading the checkpoints: " + rows.what()};
  std::vector<journal::Seen> seen;
  for (int row = 0; row < rows.rows(); ++row) {
    seen.push_back({"checkpoint " + std::string(rows.text(row, 0)), std::string(rows.text(row, 1)),
                    Lane{rows.small(row, 2)}, Position{rows.integer(row, 3)}, rows.uuid(row, 4)});
  }
  return seen;
}

}  // namespace keel::query

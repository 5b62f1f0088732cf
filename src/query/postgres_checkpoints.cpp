#include "query/postgres_checkpoints.hpp"

#include "query/postgres_options.hpp"

namespace keel::query {
namespace {

using postgres::Parameters;

constexpr std::string_view all_checkpoints_sql =
    "SELECT projection, context, lane, position, incarnation FROM checkpoints ORDER BY projection, context, lane";

}  // namespace

Result<std::vector<journal::Seen>> all_checkpoints(const std::string& dsn) {
  auto session = open_session(dsn, SessionOptions{.name = "keel journal"});
  if (!session) return session.fault();
  const auto rows = (*session)->run(all_checkpoints_sql, Parameters());
  if (!rows.ok()) return Fault{Fault::Outcome::nothing_changed, "reading the checkpoints: " + what_of(rows)};
  std::vector<journal::Seen> seen;
  for (int row = 0; row < rows.size(); ++row) {
    seen.push_back({"checkpoint " + rows.text(row, 0), rows.text(row, 1), Lane{rows.integer(row, 2)},
                    Position{rows.bigint(row, 3)}, rows.uuid(row, 4)});
  }
  return seen;
}

}  // namespace keel::query

#include <map>

#include "journal/postgres_journal.hpp"

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// $1 owner, $2 its name. The row names the back end that runs this. Answers the number of the owner's lanes.
constexpr std::string_view beat_owner = R"sql(
  WITH beaten AS (
    INSERT INTO owners (owner, name, backend, backend_start, seen_at)
    SELECT $1::uuid, $2::text, a.pid, a.backend_start, clock_timestamp()
      FROM pg_stat_get_activity(pg_backend_pid()) a
    ON CONFLICT (owner) DO UPDATE
       SET name = excluded.name, backend = excluded.backend, backend_start = excluded.backend_start,
           seen_at = excluded.seen_at)
  SELECT count(*) FROM lanes l WHERE l.owner = $1::uuid)sql";

/// $1 owner, $2 contexts, $3 forced.
constexpr std::string_view take_lanes_over =
    "SELECT context, lane, epoch, last, rival FROM keel_take_over($1::uuid, $2::text[], $3::boolean)";

/// $1 owner, $2 context, $3 lanes, $4 their epochs.
constexpr std::string_view retake_lanes =
    "SELECT lane, epoch, last FROM keel_retake($1::uuid, $2::text, $3::integer[], $4::bigint[])";

/// $1 owner.
constexpr std::string_view give_lanes_up = "SELECT keel_give_up($1::uuid)";

HeldLane held_lane(const Answer& rows, int row, int first_column) {
  return {Lane{rows.integer(row, first_column)}, Epoch{rows.bigint(row, first_column + 1)},
          Position{rows.bigint(row, first_column + 2)}};
}

TakeOver take_over_of(const Answer& rows, std::span<const std::string> contexts) {
  TakeOver result;
  std::map<std::string, std::vector<HeldLane>> held;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.null(row, 4)) {
      held[rows.text(row, 0)].push_back(held_lane(rows, row, 1));
    } else {
      result.rivals.push_back({rows.text(row, 0), Lane{rows.integer(row, 1)}, rows.text(row, 4)});
    }
  }
  if (!result.rivals.empty()) return result;
  for (const std::string& context : contexts) result.held.push_back(held[context]);
  return result;
}

}  // namespace

Result<std::size_t> PostgresJournal::beat(const Owner& owner) {
  const auto rows = ask(beat_owner, Parameters().uuid(owner.id).text(owner.name), "telling that this process lives");
  if (!rows) return rows.fault();
  return static_cast<std::size_t>(rows->bigint(0, 0));
}

Result<TakeOver> PostgresJournal::take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) {
  Parameters parameters;
  parameters.uuid(owner.id).texts(contexts).boolean(forced);
  const auto rows = ask_terminating_blockers(take_lanes_over, parameters, "taking lanes over");
  if (!rows) return rows.fault();
  return take_over_of(*rows, contexts);
}

Result<std::vector<HeldLane>> PostgresJournal::retake(const Owner& owner, std::string_view context,
                                                      std::span<const HeldLane> lanes) {
  Parameters parameters;
  parameters.uuid(owner.id)
      .text(context)
      .integers(lanes, [](const HeldLane& held) { return held.lane.value; })
      .bigints(lanes, [](const HeldLane& held) { return held.epoch.value; });
  const auto rows = ask_terminating_blockers(retake_lanes, parameters, "taking lanes anew");
  if (!rows) return rows.fault();
  std::vector<HeldLane> held;
  for (int row = 0; row < rows->size(); ++row) held.push_back(held_lane(*rows, row, 0));
  return held;
}

Result<Done> PostgresJournal::give_up(const Owner& owner) {
  const auto rows = ask_terminating_blockers(give_lanes_up, Parameters().uuid(owner.id), "giving lanes up");
  if (!rows) return rows.fault();
  return Done{};
}

}  // namespace keel::journal

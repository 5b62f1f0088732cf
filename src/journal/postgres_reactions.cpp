#include "journal/postgres_journal.hpp"

namespace keel::journal {
namespace {

using postgres::Parameters;

/// $1 context.
constexpr std::string_view read_publications = R"sql(
  SELECT l.lane, coalesce(p.position, 0)
    FROM lanes l LEFT JOIN publications p ON p.context = l.context AND p.lane = l.lane
   WHERE l.context = $1::text)sql";

/// $1 context, $2 lanes, $3 positions.
constexpr std::string_view move_publications = R"sql(
  INSERT INTO publications AS kept (context, lane, position)
  SELECT $1::text, asked.lane, max(asked.position)
    FROM unnest($2::integer[], $3::bigint[]) AS asked(lane, position)
   GROUP BY asked.lane ORDER BY asked.lane
  ON CONFLICT (context, lane) DO UPDATE SET position = excluded.position
   WHERE excluded.position > kept.position)sql";

/// $1 reactor, $2 context.
constexpr std::string_view read_reactions = R"sql(
  SELECT l.lane, coalesce(r.position, 0)
    FROM lanes l LEFT JOIN reactions r ON r.reactor = $1::text AND r.context = l.context AND r.lane = l.lane
   WHERE l.context = $2::text)sql";

/// Arguments as in migrations/journal/0004_reactions.sql.
constexpr std::string_view move_reaction =
    "SELECT keel_react($1::text, $2::text, $3::integer, $4::bigint, $5::bigint, $6::text[], $7::timestamptz[],"
    " $8::text[], $9::bytea[], $10::text[])";

/// $1 context, $2 limit. statement_timestamp() and not clock_timestamp(), which no index can serve.
constexpr std::string_view select_due_timers = R"sql(
  SELECT lane, key, due_at, command_type, command
    FROM timers
   WHERE context = $1::text AND due_at <= statement_timestamp()
   ORDER BY due_at LIMIT $2::bigint)sql";

constexpr std::string_view settle_one_timer =
    "SELECT keel_settle_timer($1::text, $2::integer, $3::bigint, $4::text, $5::timestamptz, $6::timestamptz)";

}  // namespace

Result<std::vector<Position>> PostgresJournal::publications(std::string_view context) {
  return place_of_each_lane(read_publications, Parameters().text(context), context);
}

Result<Done> PostgresJournal::publish(std::string_view context, std::span<const std::pair<Lane, Position>> positions) {
  Parameters parameters;
  parameters.text(context)
      .integers(positions, [](const auto& place) { return place.first.value; })
      .bigints(positions, [](const auto& place) { return place.second.value; });
  return tell(move_publications, parameters, "moving publications");
}

Result<std::vector<Position>> PostgresJournal::reactions(std::string_view reactor, std::string_view context) {
  return place_of_each_lane(read_reactions, Parameters().text(reactor).text(context), context);
}

Result<bool> PostgresJournal::react(std::string_view reactor, std::string_view context, const HeldLane& lane,
                                    Position position, std::span<const Timer> set,
                                    std::span<const std::string> cancelled) {
  Parameters parameters;
  parameters.text(reactor)
      .text(context)
      .integer(lane.lane.value)
      .bigint(lane.epoch.value)
      .bigint(position.value)
      .texts(set, [](const Timer& timer) -> std::string_view { return timer.key; })
      .timestamps(set, [](const Timer& timer) { return timer.due_at; })
      .texts(set, [](const Timer& timer) -> std::string_view { return timer.command_type; })
      .byteas(set, [](const Timer& timer) -> std::string_view { return timer.command; })
      .texts(cancelled);
  const auto rows = ask(move_reaction, parameters, "moving a reactor");
  if (!rows) return rows.fault();
  return rows->boolean(0, 0);
}

Result<std::vector<Timer>> PostgresJournal::due_timers(std::string_view context, std::size_t limit) {
  const auto rows =
      ask(select_due_timers, Parameters().text(context).bigint(static_cast<std::int64_t>(limit)), "reading due timers");
  if (!rows) return rows.fault();
  std::vector<Timer> due;
  for (int row = 0; row < rows->size(); ++row) {
    due.push_back({Lane{rows->integer(row, 0)}, rows->text(row, 1), rows->timestamp(row, 2), rows->text(row, 3),
                   rows->text(row, 4)});
  }
  return due;
}

Result<bool> PostgresJournal::settle_timer(std::string_view context, const HeldLane& lane, const Timer& timer,
                                           std::optional<Timestamp> put_off_to) {
  Parameters parameters;
  parameters.text(context).integer(lane.lane.value).bigint(lane.epoch.value).text(timer.key).timestamp(timer.due_at);
  if (put_off_to) {
    parameters.timestamp(*put_off_to);
  } else {
    parameters.null();
  }
  const auto rows = ask(settle_one_timer, parameters, "settling a timer");
  if (!rows) return rows.fault();
  return rows->boolean(0, 0);
}

}  // namespace keel::journal

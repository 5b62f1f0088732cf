#include "journal/schema.hpp"

#include <memory>

#include "journal/postgres_journal.hpp"
#include "journal/postgres_options.hpp"

namespace keel::journal {
namespace {

using postgres::Parameters;

/// $1 incarnation, $2 lane count. Does nothing when there is a row.
constexpr std::string_view make_journal_row = R"sql(
  INSERT INTO journal (incarnation, system_identifier, timeline, lane_count, hash)
  SELECT $1::uuid, keel_server_identifier(), keel_server_timeline(), $2::integer, 'fnv1a64'
  ON CONFLICT DO NOTHING
  RETURNING incarnation)sql";

/// $1 context, $2 lane count. One row for each lane that was missing.
constexpr std::string_view make_lanes = R"sql(
  INSERT INTO lanes (context, lane)
  SELECT $1::text, number FROM generate_series(0, $2::integer - 1) AS number
  ON CONFLICT DO NOTHING
  RETURNING lane)sql";

/// $1 contexts, $2 lane count.
constexpr std::string_view find_incomplete_contexts = R"sql(
  SELECT asked FROM unnest($1::text[]) AS asked
   WHERE (SELECT count(*) FROM lanes l WHERE l.context = asked) <> $2::integer)sql";

Fault refused(std::string what) { return {Fault::Outcome::nothing_changed, std::move(what)}; }

PostgresOptions options_for(const std::string& dsn) {
  PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel migrate";
  options.allow_fsync_off = true;
  return options;
}

Result<Identity> identity_of(const std::string& dsn) {
  const auto journal = PostgresJournal::open(options_for(dsn));
  if (!journal) return journal.fault();
  return (*journal)->identity();
}

Result<Done> same_lane_count(const Identity& identity, const JournalPlan& plan) {
  if (identity.lane_count == plan.lane_count) return Done{};
  return refused("the journal has " + std::to_string(identity.lane_count) +
                 " lanes a context, the configuration says " + std::to_string(plan.lane_count) +
                 ". Stored lanes rest on the count: configure the journal's, or copy into a new journal");
}

Result<Done> create(const std::string& dsn, const JournalPlan& plan, JournalReport& report) {
  const auto session = open_session(options_for(dsn));
  if (!session) return session.fault();
  const auto made = ask(**session, make_journal_row,
                        Parameters().uuid(make_uuid_v7(system_now())).integer(plan.lane_count), "creating the journal");
  if (!made) return made.fault();
  report.created = made->size() == 1;
  const auto identity = identity_of(dsn);
  if (!identity) return identity.fault();
  report.identity = *identity;
  if (auto same = same_lane_count(*identity, plan); !same) return same;
  for (const std::string& context : plan.contexts) {
    const auto lanes = ask(**session, make_lanes, Parameters().text(context).integer(plan.lane_count), "making lanes");
    if (!lanes) return lanes.fault();
    if (lanes->size() > 0) report.contexts_added.push_back(context);
  }
  return Done{};
}

}  // namespace

Result<JournalReport> migrate_journal(const std::string& dsn, const JournalPlan& plan) {
  JournalReport report;
  auto migrated = migrate(dsn, journal_migrations());
  if (!migrated) return migrated.fault();
  report.migrations = *std::move(migrated);
  if (auto created = create(dsn, plan, report); !created) return created.fault();
  return report;
}

Result<Done> check_journal(const std::string& dsn, const JournalPlan& plan) {
  if (auto fits = check_schema(dsn, journal_migrations()); !fits) return fits;
  const auto identity = identity_of(dsn);
  if (!identity) return identity.fault();
  if (auto same = same_lane_count(*identity, plan); !same) return same;
  const auto session = open_session(options_for(dsn));
  if (!session) return session.fault();
  Parameters parameters;
  parameters.texts(plan.contexts).integer(plan.lane_count);
  const auto incomplete = ask(**session, find_incomplete_contexts, parameters, "comparing lanes");
  if (!incomplete) return incomplete.fault();
  if (incomplete->size() == 0) return Done{};
  return refused("context '" + incomplete->text(0, 0) + "' has no lanes in this journal. Run `keel migrate`");
}

}  // namespace keel::journal

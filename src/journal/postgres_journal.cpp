#include "journal/postgres_journal.hpp"

#include <utility>

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;

constexpr std::string_view select_identity =
    "SELECT incarnation, system_identifier, timeline, lane_count, hash FROM journal";

/// $1 retention in hours.
constexpr std::string_view keep_receipts_once = "SELECT keel_keep_receipts(make_interval(hours => $1::integer))";

/// As in migrations/journal/0005: so many rows a call.
constexpr std::int64_t swept_at_once = 20'000;

}  // namespace

std::int32_t receipt_day(const Uuid& request_id) {
  if (request_id.version() != 7) return 0;
  const auto day = std::chrono::floor<std::chrono::days>(request_id.made_at());
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

Result<std::unique_ptr<Journal>> PostgresJournal::open(const PostgresOptions& options) {
  auto session = open_session(options);
  if (!session) return session.fault();
  return std::unique_ptr<Journal>(std::make_unique<PostgresJournal>(options, *std::move(session)));
}

OpenJournal PostgresJournal::opener(PostgresOptions options) {
  return [options = std::move(options)] { return open(options); };
}

PostgresJournal::PostgresJournal(PostgresOptions options, std::unique_ptr<postgres::Session> session)
    : options_(std::move(options)), session_(std::move(session)) {}

bool PostgresJournal::usable() const { return session_->usable(); }

Result<Answer> PostgresJournal::ask(std::string_view sql, const Parameters& parameters, std::string_view doing) {
  return journal::ask(*session_, sql, parameters, doing);
}

Result<Answer> PostgresJournal::ask_terminating_blockers(std::string_view sql, const Parameters& parameters,
                                                         std::string_view doing) {
  return journal::ask_terminating_blockers(*session_, options_, sql, parameters, doing);
}

Result<Done> PostgresJournal::tell(std::string_view sql, const Parameters& parameters, std::string_view doing) {
  const auto rows = ask(sql, parameters, doing);
  if (!rows) return rows.fault();
  return Done{};
}

Result<Identity> PostgresJournal::identity() {
  const auto rows = ask(select_identity, Parameters(), "reading the journal's identity");
  if (!rows) return rows.fault();
  if (rows->size() != 1) return Fault{Fault::Outcome::nothing_changed, "there is no journal here: run `keel migrate`"};
  return Identity{rows->uuid(0, 0), rows->text(0, 1), rows->integer(0, 2), rows->integer(0, 3), rows->text(0, 4)};
}

Result<Done> PostgresJournal::keep_receipts(std::chrono::hours retention) {
  for (;;) {
    const auto rows = ask(keep_receipts_once, Parameters().integer(static_cast<std::int32_t>(retention.count())),
                          "forgetting old receipts");
    if (!rows) return rows.fault();
    if (rows->bigint(0, 0) < swept_at_once) return Done{};
  }
}

}  // namespace keel::journal

#include "journal/adoption.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "journal/postgres_journal.hpp"
#include "journal/postgres_options.hpp"

namespace keel::journal {
namespace {

using postgres::Parameters;

constexpr std::string_view read_server = "SELECT keel_server_identifier(), keel_server_timeline()";

constexpr std::string_view read_owners = R"sql(
  SELECT DISTINCT o.name
    FROM owners o JOIN lanes l ON l.owner = o.owner
   WHERE keel_owner_lives(o.owner))sql";

/// $1 incarnation to be, $2 the one before.
constexpr std::string_view adopt_journal = R"sql(
  UPDATE journal
     SET incarnation = $1::uuid, system_identifier = keel_server_identifier(), timeline = keel_server_timeline()
   WHERE incarnation = $2::uuid
  RETURNING incarnation)sql";

Fault refused(std::string what) { return {Fault::Outcome::nothing_changed, std::move(what)}; }

PostgresOptions options_for(const std::string& dsn) {
  PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel journal";
  options.allow_fsync_off = true;
  return options;
}

std::string place(std::string_view server, std::int32_t timeline) {
  return "system " + std::string(server) + " on timeline " + std::to_string(timeline);
}

Result<std::vector<Ahead>> those_ahead(Journal& journal, std::span<const Seen> seen, const Uuid& incarnation) {
  std::map<std::string, std::vector<Position>> heads;
  std::vector<Ahead> ahead;
  for (const Seen& one : seen) {
    if (one.incarnation != incarnation) continue;
    if (!heads.contains(one.context)) {
      auto found = journal.heads(one.context);
      if (!found) return found.fault();
      heads[one.context] = *std::move(found);
    }
    const auto& of_context = heads[one.context];
    const auto lane = static_cast<std::size_t>(one.lane.value);
    const Position head = lane < of_context.size() ? of_context[lane] : Position{};
    if (one.position > head) ahead.push_back({one, head});
  }
  return ahead;
}

Result<Done> nobody_owns(postgres::Session& session) {
  const auto owners = ask(session, read_owners, Parameters(), "looking for owners");
  if (!owners) return owners.fault();
  if (owners->size() == 0) return Done{};
  return refused("lanes of this journal are owned by " + owners->text(0, 0) +
                 ": stop it before the journal is adopted");
}

}  // namespace

Result<Done> check_identity(const std::string& dsn) {
  const auto session = open_session(options_for(dsn));
  if (!session) return session.fault();
  const auto server = ask(**session, read_server, Parameters(), "reading the server's identity");
  if (!server) return server.fault();
  const auto journal = PostgresJournal::open(options_for(dsn));
  if (!journal) return journal.fault();
  const auto identity = (*journal)->identity();
  if (!identity) return identity.fault();
  const std::string written = place(identity->system_identifier, identity->timeline);
  const std::string found = place(server->bytes(0, 0), server->integer(0, 1));
  if (written == found) return Done{};
  return refused("this journal was written by PostgreSQL's " + written + ", and is now on " + found +
                 ": it was restored or failed over, and may have lost its tail. Run `keel journal adopt`");
}

Result<Adoption> adopt(const std::string& dsn, std::span<const Seen> seen) {
  const auto session = open_session(options_for(dsn));
  if (!session) return session.fault();
  const auto journal = PostgresJournal::open(options_for(dsn));
  if (!journal) return journal.fault();
  const auto identity = (*journal)->identity();
  if (!identity) return identity.fault();
  if (auto free = nobody_owns(**session); !free) return free.fault();
  auto ahead = those_ahead(**journal, seen, identity->incarnation);
  if (!ahead) return ahead.fault();

  Adoption adoption{identity->incarnation, identity->incarnation, *std::move(ahead)};
  if (!adoption.ahead.empty()) adoption.after = make_uuid_v7(system_now());
  const auto written =
      ask(**session, adopt_journal, Parameters().uuid(adoption.after).uuid(adoption.before), "adopting the journal");
  if (!written) return written.fault();
  if (written->size() == 0) return refused("the journal was adopted by somebody else at this moment: look again");
  return adoption;
}

}  // namespace keel::journal

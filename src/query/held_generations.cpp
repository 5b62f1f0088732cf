#include "query/held_generations.hpp"

#include <iterator>

namespace keel::query {
namespace {

using postgres::Parameters;

/// $1 projection, $2 generation, each
constexpr std::string_view lock_sql =
    "SELECT pg_try_advisory_lock_shared(5426003, hashtext($1::text || ' ' || $2::bigint))";
constexpr std::string_view unlock_sql =
    "SELECT pg_advisory_unlock_shared(5426003, hashtext($1::text || ' ' || $2::bigint))";

}  // namespace

HeldGenerations::Hold HeldGenerations::hold(postgres::Session& session, std::int64_t generation) {
  if (!held_.contains(generation) && !lock(session, generation)) return nullptr;
  auto& held = held_[generation];
  if (auto kept = held.lock()) return kept;
  auto hold = std::make_shared<const std::int64_t>(generation);
  held = hold;
  return hold;
}

bool HeldGenerations::lock(postgres::Session& session, std::int64_t generation) const {
  const auto answer = session.run(lock_sql, Parameters().text(projection_).bigint(generation));
  return answer.ok() && answer.boolean(0, 0);
}

void HeldGenerations::let_go(postgres::Session& session) {
  for (auto at = held_.begin(); at != held_.end();) {
    const bool kept = !at->second.expired();
    if (!kept) session.run(unlock_sql, Parameters().text(projection_).bigint(at->first));
    at = kept ? std::next(at) : held_.erase(at);
  }
}

void HeldGenerations::take_anew(postgres::Session& session) {
  std::erase_if(held_, [&](const auto& held) { return held.second.expired() || !lock(session, held.first); });
}

std::string_view await_readers_sql() {
  return "SELECT pg_advisory_xact_lock(5426003, hashtext($1::text || ' ' || $2::bigint))";
}

std::string_view readers_sql() {
  return "SELECT coalesce(string_agg(a.application_name || ' (pid ' || a.pid || ')', ', ' ORDER BY a.pid), '')"
         "  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
         " WHERE l.locktype = 'advisory' AND l.classid = 5426003 AND l.objsubid = 2 AND l.granted"
         "   AND l.objid = (hashtext($1::text || ' ' || $2::bigint)::bigint & 4294967295)::oid"
         "   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
}

}  // namespace keel::query

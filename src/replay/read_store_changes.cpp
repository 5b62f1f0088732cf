#include "replay/read_store.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include "query/held_generations.hpp"
#include "query/postgres_generations.hpp"

namespace keel::replay {
namespace {

using postgres::Answer;
using postgres::Parameters;
using postgres::Statement;
using query::fault_of;

/// $1 projection
constexpr std::string_view claim_sql = "SELECT pg_try_advisory_lock(5426002, hashtext($1::text))";

/// $1 projection, $2 version
constexpr std::string_view next_generation_sql =
    "INSERT INTO generations (projection, generation, version, state)"
    " SELECT $1::text, max(generation) + 1, $2::integer, 'filling' FROM generations WHERE projection = $1::text"
    " RETURNING generation";

/// $1 projection, $2 generation, $3 version, $4 worker, $5 total
constexpr std::string_view begin_sql =
    "INSERT INTO operations (kind, projection, generation, version, worker, total)"
    " VALUES ('rebuild', $1::text, $2::bigint, $3::integer, $4::text, $5::bigint) RETURNING operation";

/// $1 operation, $2 worker, $3 total
constexpr std::string_view take_up_sql =
    "UPDATE operations SET state = 'running', cancel_asked = false, worker = $2::text, total = $3::bigint,"
    "       seen_at = clock_timestamp(), ended_at = NULL, result = '' WHERE operation = $1::bigint";

/// $1 operation, $2 phase, $3 events, $4 total, $5 rate
constexpr std::string_view beat_sql =
    "UPDATE operations SET phase = $2::text, events = $3::bigint, total = $4::bigint, rate = $5::bigint,"
    "       seen_at = clock_timestamp() WHERE operation = $1::bigint RETURNING cancel_asked";

/// $1 operation, $2 state, $3 phase, $4 events, $5 result
constexpr std::string_view end_sql =
    "UPDATE operations SET state = $2::text, phase = $3::text, events = $4::bigint, result = $5::text,"
    "       seen_at = clock_timestamp(), ended_at = clock_timestamp() WHERE operation = $1::bigint";

/// $1 projection, $2 generation
constexpr std::string_view feed_sql =
    "UPDATE generations SET state = 'fed' WHERE projection = $1::text AND generation = $2::bigint"
    " AND state = 'filling'";

/// $1 operation
constexpr std::string_view cancel_sql = "UPDATE operations SET cancel_asked = true WHERE operation = $1::bigint";

/// $1 projection, $2 paused
constexpr std::string_view pause_sql = "UPDATE projections SET paused = $2::boolean WHERE projection = $1::text";

/// $1 projection, $2 generation
constexpr std::string_view verified_sql =
    "UPDATE generations SET verified_at = clock_timestamp() WHERE projection = $1::text AND generation = $2::bigint";

/// $1 projection, $2 generation, each
constexpr std::string_view forget_generation_sql =
    "UPDATE generations SET state = 'dropped' WHERE projection = $1::text AND generation = $2::bigint";
constexpr std::string_view forget_previous_sql =
    "UPDATE projections SET previous = NULL WHERE projection = $1::text AND previous = $2::bigint";
constexpr std::string_view forget_checkpoints_sql =
    "DELETE FROM checkpoints WHERE projection = $1::text AND generation = $2::bigint";
constexpr std::string_view forget_parked_sql =
    "DELETE FROM parked WHERE projection = $1::text AND generation = $2::bigint";
constexpr std::string_view abandon_sql =
    "UPDATE operations SET state = 'abandoned', phase = 'ended', ended_at = coalesce(ended_at, clock_timestamp())"
    " WHERE projection = $1::text AND generation = $2::bigint AND state IN ('running', 'stopped', 'failed')";

constexpr std::string_view lock_timed_out = "55P03";

/// All of them or none.
Result<Done> run(postgres::Session& session, std::initializer_list<Statement> statements) {
  for (const auto& answer : session.run(std::span(statements.begin(), statements.size()))) {
    if (!answer.ok()) return fault_of(answer, Fault::Outcome::unknown);
  }
  return Done{};
}

Parameters which(std::string_view projection, std::int64_t generation) {
  return Parameters().text(projection).bigint(generation);
}

}  // namespace

std::string_view deed_sql() {
  return "INSERT INTO audit (who, action, projection, generation, operation, reason, result, target)"
         " VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::text, $7::text, nullif($8::text, ''))";
}

Parameters deed_parameters(const Deed& deed) {
  return Parameters()
      .text(deed.who)
      .text(deed.action)
      .text(deed.projection)
      .bigint(deed.generation)
      .bigint(deed.operation)
      .text(deed.reason)
      .text(deed.result)
      .text(deed.target);
}

Attempt<Done> ReadStore::claim(std::string_view projection) {
  const auto answer = session_->run(claim_sql, Parameters().text(projection));
  if (!answer.ok()) return fault_of(answer);
  if (answer.boolean(0, 0)) return Done{};
  const auto latest = operations(projection, 1);
  std::string who = "another command";
  if (latest && !latest->empty() && latest->front().state == "running") {
    who = "operation " + std::to_string(latest->front().id) + " (" + latest->front().worker + ")";
  }
  return conflict(who + " works at '" + std::string(projection) + "' now: wait for its end, or cancel it");
}

Result<Done> ReadStore::release() {
  const auto answer = session_->script("SELECT pg_advisory_unlock_all()");
  if (!answer.ok()) return fault_of(answer);
  return Done{};
}

Result<Operation> ReadStore::begin_rebuild(const query::Projection& projection, const std::string& worker,
                                           std::int64_t total, const Deed& deed) {
  if (const auto begun = session_->script("BEGIN"); !begun.ok()) return fault_of(begun);
  const auto undone = [&](const Answer& answer) {
    auto fault = fault_of(answer);
    session_->script("ROLLBACK");
    return fault;
  };
  const auto number =
      session_->run(next_generation_sql, Parameters().text(projection.name).integer(projection.version));
  if (!number.ok()) return undone(number);
  const auto generation = number.bigint(0, 0);
  const auto made = session_->script(query::make_tables_sql(projection, generation));
  if (!made.ok()) return undone(made);
  const auto begun = session_->run(
      begin_sql, which(projection.name, generation).integer(projection.version).text(worker).bigint(total));
  if (!begun.ok()) return undone(begun);
  const auto id = begun.bigint(0, 0);
  auto its = deed;
  its.generation = generation;
  its.operation = id;
  if (const auto noted = session_->run(deed_sql(), deed_parameters(its)); !noted.ok()) return undone(noted);
  if (const auto done = session_->script("COMMIT"); !done.ok()) return fault_of(done, Fault::Outcome::unknown);
  const auto operation = this->operation(id);
  if (!operation) return operation.fault();
  return **operation;
}

Result<Done> ReadStore::take_up(const Operation& operation, const std::string& worker, std::int64_t total,
                                const Deed& deed) {
  const auto taken = Parameters().bigint(operation.id).text(worker).bigint(total);
  const auto noted = deed_parameters(deed);
  return run(*session_, {{take_up_sql, taken}, {deed_sql(), noted}});
}

Result<bool> ReadStore::beat(const Operation& operation) {
  const auto answer = session_->run(beat_sql, Parameters()
                                                  .bigint(operation.id)
                                                  .text(operation.phase)
                                                  .bigint(operation.events)
                                                  .bigint(operation.total)
                                                  .bigint(operation.rate));
  if (!answer.ok()) return fault_of(answer);
  return answer.size() == 1 && answer.boolean(0, 0);
}

Result<Done> ReadStore::end(const Operation& operation, const Deed& deed) {
  const auto ended = Parameters()
                         .bigint(operation.id)
                         .text(operation.state)
                         .text(operation.phase)
                         .bigint(operation.events)
                         .text(operation.result);
  const auto its = which(operation.projection, operation.generation);
  const auto noted = deed_parameters(deed);
  if (operation.state != "done") return run(*session_, {{end_sql, ended}, {deed_sql(), noted}});
  return run(*session_, {{end_sql, ended}, {feed_sql, its}, {deed_sql(), noted}});
}

Result<Done> ReadStore::make_index(const std::string& sql) {
  const auto made = session_->script(sql);
  if (made.ok() || made.failure().state == "42P07")
    return Done{};  // duplicate_table: an index that was made before a crash
  return fault_of(made);
}

Result<Done> ReadStore::analyze(const query::Projection& projection, std::int64_t generation) {
  for (const auto& table : projection.tables) {
    const auto done = session_->script("ANALYZE " + table.name + "_g" + std::to_string(generation));
    if (!done.ok()) return fault_of(done);
  }
  return Done{};
}

Result<Done> ReadStore::ask_to_cancel(std::int64_t operation, const Deed& deed) {
  const auto its = Parameters().bigint(operation);
  const auto noted = deed_parameters(deed);
  return run(*session_, {{cancel_sql, its}, {deed_sql(), noted}});
}

Result<Done> ReadStore::set_paused(std::string_view projection, bool paused, const Deed& deed) {
  const auto its = Parameters().text(projection).boolean(paused);
  const auto noted = deed_parameters(deed);
  return run(*session_, {{pause_sql, its}, {deed_sql(), noted}});
}

Result<Done> ReadStore::note_verified(std::string_view projection, std::int64_t generation, const Deed& deed) {
  const auto its = which(projection, generation);
  const auto noted = deed_parameters(deed);
  return run(*session_, {{verified_sql, its}, {deed_sql(), noted}});
}

Attempt<Done> ReadStore::drop(const query::Projection& projection, std::int64_t generation,
                              std::chrono::milliseconds patience, const Deed& deed) {
  const auto its = which(projection.name, generation);
  const auto begun = session_->script("BEGIN; SET LOCAL lock_timeout = " +
                                      std::to_string(std::max<std::int64_t>(patience.count(), 1)));
  if (!begun.ok()) return fault_of(begun);
  const auto undone = [&](Fault why) {
    session_->script("ROLLBACK");
    return why;
  };
  const auto left = session_->run(query::await_readers_sql(), its);
  if (!left.ok()) {
    session_->script("ROLLBACK");
    return left.failure().state == lock_timed_out ? still_read(projection.name, generation) : fault_of(left);
  }
  const auto forgotten = run(*session_, {{forget_generation_sql, its},
                                         {forget_previous_sql, its},
                                         {forget_checkpoints_sql, its},
                                         {forget_parked_sql, its},
                                         {abandon_sql, its},
                                         {deed_sql(), deed_parameters(deed)}});
  if (!forgotten) return undone(forgotten.fault());
  const auto dropped = session_->script(query::drop_tables_sql(projection, generation));
  if (!dropped.ok()) return undone(fault_of(dropped));
  const auto committed = session_->script("COMMIT");
  if (!committed.ok()) return fault_of(committed, Fault::Outcome::unknown);
  return Done{};
}

Attempt<Done> ReadStore::still_read(std::string_view projection, std::int64_t generation) {
  const auto readers = session_->run(query::readers_sql(), which(projection, generation));
  if (!readers.ok()) return fault_of(readers);
  return conflict("generation " + std::to_string(generation) + " is still read by " + readers.text(0, 0) +
                  ": try again, or stop it");
}

Result<Done> ReadStore::note(const Deed& deed) {
  const auto answer = session_->run(deed_sql(), deed_parameters(deed));
  if (!answer.ok()) return fault_of(answer);
  return Done{};
}

}  // namespace keel::replay

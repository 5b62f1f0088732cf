#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "query/postgres_options.hpp"
#include "query/projection.hpp"
#include "replay/attempt.hpp"
#include "replay/operation.hpp"

namespace keel::replay {

/// A generation as the read store knows it.
struct GenerationRow {
  std::int64_t generation = 0;
  std::int32_t version = 0;
  /// filling, fed, dropped
  std::string state;
  Timestamp made_at;
  std::optional<Timestamp> verified_at;
  bool live = false;
  bool previous = false;
};

struct LaneRow {
  std::string context;
  Lane lane;
  Uuid incarnation;
  Position position;
  std::int64_t parked_aggregates = 0;
};

/// A projection as the read store knows it.
struct ProjectionRow {
  std::int64_t live = 0;
  std::int32_t version = 0;
  bool paused = false;
  std::optional<std::int64_t> previous;
};

/// A deed as the audit table has it.
struct NotedDeed {
  Deed deed;
  Timestamp at;
};

struct ReadStoreOptions {
  /// Shown in pg_stat_activity.
  std::string name = "keel replay";
  /// 0: as long as it takes.
  std::chrono::milliseconds statement_timeout{0};
};

/// The read store's book-keeping of generations, operations and deeds, through one session of the role `keel_replay`.
/// Blocks; one thread at a time.
///
/// Whoever works at a projection holds its lock (`claim`): the session's own, so it is gone with the process, however
/// it ended.
class ReadStore {
 public:
  static Result<std::unique_ptr<ReadStore>> open(const std::string& dsn, const ReadStoreOptions& options = {});
  /// False after the connection was lost.
  bool usable() const { return session_->usable(); }

  // -- what there is ---------------------------------------------------------------------------------------------
  Result<std::optional<ProjectionRow>> projection(std::string_view name);
  /// All but the dropped ones, in order.
  Result<std::vector<GenerationRow>> generations(std::string_view projection);
  Result<std::vector<LaneRow>> lanes(std::string_view projection, std::int64_t generation);
  Result<std::optional<Operation>> operation(std::int64_t id);
  /// Latest first. Empty name: of every projection.
  Result<std::vector<Operation>> operations(std::string_view projection, std::int64_t limit);
  /// Latest first. Empty name: all of them.
  Result<std::vector<NotedDeed>> deeds(std::string_view projection, std::int64_t limit);

  // -- working at a projection -------------------------------------------------------------------------------------
  /// Takes the projection's lock until this object goes. Conflict: somebody else holds it; the refusal names them.
  Attempt<Done> claim(std::string_view projection);
  /// Gives every lock back now, not when the server notices that the session has gone.
  Result<Done> release();
  /// The next generation with its tables, in state `filling`, and the operation that fills it. In one transaction.
  Result<Operation> begin_rebuild(const query::Projection& projection, const std::string& worker, std::int64_t total,
                                  const Deed& deed);
  Result<Done> take_up(const Operation& operation, const std::string& worker, std::int64_t total, const Deed& deed);
  /// Tells how far it is; answers whether a cancel was asked for.
  Result<bool> beat(const Operation& operation);
  /// Ends it as `operation.state` and `operation.result` say. One that is `done` hands its generation to the projectors
  /// in the same transaction.
  Result<Done> end(const Operation& operation, const Deed& deed);
  /// Runs an index's statement; one that is there already is fine.
  Result<Done> make_index(const std::string& sql);
  Result<Done> analyze(const query::Projection& projection, std::int64_t generation);

  // -- changes -------------------------------------------------------------------------------------------------------
  Result<Done> ask_to_cancel(std::int64_t operation, const Deed& deed);
  Result<Done> set_paused(std::string_view projection, bool paused, const Deed& deed);
  Result<Done> note_verified(std::string_view projection, std::int64_t generation, const Deed& deed);
  /// Tables, checkpoints and parked events go; an operation that filled it is abandoned. Waits until no query reads it;
  /// conflict when one still does after `patience`: the refusal names it.
  Attempt<Done> drop(const query::Projection& projection, std::int64_t generation, std::chrono::milliseconds patience,
                     const Deed& deed);
  Result<Done> note(const Deed& deed);

  postgres::Session& session() { return *session_; }

 private:
  explicit ReadStore(std::unique_ptr<postgres::Session> session) : session_(std::move(session)) {}
  Attempt<Done> still_read(std::string_view projection, std::int64_t generation);

  std::unique_ptr<postgres::Session> session_;
};

/// A statement that writes the deed down, for transactions of others.
std::string_view deed_sql();
postgres::Parameters deed_parameters(const Deed& deed);

}  // namespace keel::replay

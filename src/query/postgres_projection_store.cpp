#include "query/postgres_projection_store.hpp"

#include <utility>

#include "query/postgres_copy.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_row_changes.hpp"

namespace keel::query {
namespace {

using postgres::Answer;
using postgres::Parameters;
using postgres::Statement;

/// $1 projection
constexpr std::string_view fed_sql =
    "SELECT g.generation, g.version, p.paused FROM projections p JOIN generations g ON g.projection = p.projection"
    " WHERE p.projection = $1::text AND g.state = 'fed' ORDER BY g.generation <> p.live, g.generation";

/// $1 projection, $2 generation, $3 context, $4 lanes, $5 incarnation
constexpr std::string_view make_checkpoints_sql =
    "INSERT INTO checkpoints (projection, generation, context, lane, incarnation, position)"
    " SELECT $1::text, $2::bigint, $3::text, lane::integer, $5::uuid, 0 FROM unnest($4::bigint[]) AS lane"
    " ON CONFLICT DO NOTHING";

/// $1 projection, $2 generation, $3 context, $4 lanes
constexpr std::string_view checkpoints_sql =
    "SELECT incarnation, position, revision"
    "  FROM unnest($4::bigint[]) WITH ORDINALITY AS asked(lane, place)"
    "  JOIN checkpoints c ON c.projection = $1::text AND c.generation = $2::bigint AND c.context = $3::text"
    "   AND c.lane = asked.lane::integer"
    " ORDER BY asked.place";

/// $1 projection, $2 generation, $3 context
constexpr std::string_view parked_sql =
    "SELECT DISTINCT lane, aggregate_type, aggregate_id FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text";

/// $1 projection, $2 generation, $3 contexts, $4 lanes, $5 incarnations, $6 from positions, $7 from revisions, $8 to
/// positions
constexpr std::string_view move_checkpoints_sql =
    "SELECT move_checkpoint($1::text, $2::bigint, u.context, u.lane, u.incarnation, u.from_position, u.from_revision,"
    "                       u.to_position)"
    "  FROM unnest($3::text[], $4::integer[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[])"
    "       AS u(context, lane, incarnation, from_position, from_revision, to_position)";

/// $1 projection, $2 generation, $3 context, $4 lane, $5 positions, $6 types, $7 ids, $8 reasons
constexpr std::string_view park_sql =
    "INSERT INTO parked (projection, generation, context, lane, position, aggregate_type, aggregate_id, reason)"
    " SELECT $1::text, $2::bigint, $3::text, $4::integer, u.*"
    "   FROM unnest($5::bigint[], $6::text[], $7::text[], $8::text[]) AS u";

StepOutcome outcome_of(std::string_view sqlstate) {
  if (sqlstate == "KR001") return StepOutcome::outrun;
  if (sqlstate.starts_with("22") || sqlstate.starts_with("23")) return StepOutcome::poison;
  return StepOutcome::fault;
}

class PostgresProjectionStore final : public ProjectionStore {
 public:
  explicit PostgresProjectionStore(std::unique_ptr<postgres::Session> session) : session_(std::move(session)) {}

  bool usable() const override { return session_->usable(); }

  Result<std::vector<FedGeneration>> fed(std::string_view projection) override {
    const auto answer = session_->run(fed_sql, Parameters().text(projection));
    if (!answer.ok()) return fault_of(answer, Fault::Outcome::unknown);
    std::vector<FedGeneration> found;
    for (int row = 0; row < answer.size(); ++row) {
      found.push_back({answer.bigint(row, 0), answer.integer(row, 1), answer.boolean(row, 2)});
    }
    return found;
  }

  Result<std::vector<Checkpoint>> checkpoints(std::string_view projection, std::int64_t generation,
                                              std::string_view context, std::span<const Lane> lanes,
                                              const Uuid& incarnation) override {
    std::vector<std::int64_t> numbers;
    for (const Lane lane : lanes) numbers.push_back(lane.value);
    const auto common = Parameters().text(projection).bigint(generation).text(context).bigints(numbers);
    const Statement statements[] = {{make_checkpoints_sql, Parameters(common).uuid(incarnation)},
                                    {checkpoints_sql, common}};
    const auto answers = session_->run(statements);
    for (const auto& answer : answers) {
      if (!answer.ok()) return fault_of(answer, Fault::Outcome::unknown);
    }
    std::vector<Checkpoint> found;
    for (int row = 0; row < answers[1].size(); ++row) {
      found.push_back({lanes[static_cast<std::size_t>(row)], answers[1].uuid(row, 0),
                       Position{answers[1].bigint(row, 1)}, answers[1].bigint(row, 2)});
    }
    return found;
  }

  Result<std::vector<ParkedAggregate>> parked(std::string_view projection, std::int64_t generation,
                                              std::string_view context) override {
    const auto answer = session_->run(parked_sql, Parameters().text(projection).bigint(generation).text(context));
    if (!answer.ok()) return fault_of(answer, Fault::Outcome::unknown);
    std::vector<ParkedAggregate> found;
    for (int row = 0; row < answer.size(); ++row) {
      found.push_back({Lane{answer.integer(row, 0)}, {answer.text(row, 1), answer.text(row, 2)}});
    }
    return found;
  }

  Result<Done> read(std::int64_t generation, std::span<WorkingSet* const> sets) override {
    return sql_.read(*session_, generation, sets);
  }

  StepResult commit(std::string_view projection, std::span<const LaneStep> steps) override {
    auto statements = beginning(projection, steps);
    std::vector<LaneRows> changed;
    for (const auto& step : steps) {
      if (step.rows != nullptr) changed.push_back({step.from.lane, step.rows});
    }
    if (!changed.empty()) sql_.add_changes(changed, steps.front().generation, statements);
    return run(statements);
  }

  StepResult fill(std::string_view projection, const LaneStep& step) override {
    if (const auto begun = session_->script("BEGIN"); !begun.ok()) return failed(begun);
    auto result = fill_in_transaction(projection, step);
    const auto ended = session_->script(result.outcome == StepOutcome::done ? "COMMIT" : "ROLLBACK");
    if (result.outcome == StepOutcome::done && !ended.ok()) return failed(ended);
    return result;
  }

 private:
  static StepResult failed(const Answer& answer) { return {outcome_of(answer.failure().state), what_of(answer)}; }

  StepResult run(std::span<const Statement> statements) {
    for (const auto& answer : session_->run(statements)) {
      if (!answer.ok()) return failed(answer);
    }
    return {};
  }

  StepResult fill_in_transaction(std::string_view projection, const LaneStep& step) {
    auto result = run(beginning(projection, {&step, 1}));
    for (std::size_t index = 0; step.rows != nullptr && index < step.rows->tables().size(); ++index) {
      if (result.outcome != StepOutcome::done) return result;
      result = copy(step, index);
    }
    return result;
  }

  StepResult copy(const LaneStep& step, std::size_t index) {
    const auto& table = step.rows->tables()[index];
    const auto rows = step.rows->changes(index).written;
    if (rows.empty()) return {};
    postgres::CopiedRows copied;
    for (const Row* row : rows) add_row(copied, table, *row, step.from.lane);
    const auto answer = session_->copy_in(copy_in_sql(table, step.generation), copied.finished());
    return answer.ok() ? StepResult{} : failed(answer);
  }

  /// What every step tells beside its rows: how far it comes, and what it parks.
  static std::vector<Statement> beginning(std::string_view projection, std::span<const LaneStep> steps) {
    const auto generation = steps.front().generation;
    std::vector<Statement> statements{{move_checkpoints_sql, Parameters().text(projection).bigint(generation)}};
    statements.back()
        .parameters.texts(steps, [](const auto& one) { return one.context; })
        .integers(steps, [](const auto& one) { return one.from.lane.value; })
        .uuids(steps, [](const auto& one) { return one.from.incarnation; })
        .bigints(steps, [](const auto& one) { return one.from.position.value; })
        .bigints(steps, [](const auto& one) { return one.from.revision; })
        .bigints(steps, [](const auto& one) { return one.to.value; });
    for (const auto& step : steps) {
      if (step.parked.empty()) continue;
      statements.push_back({park_sql, Parameters().text(projection).bigint(generation)});
      statements.back()
          .parameters.text(step.context)
          .integer(step.from.lane.value)
          .bigints(step.parked, [](const auto& one) { return one.position.value; })
          .texts(step.parked, [](const auto& one) -> std::string_view { return one.aggregate.type; })
          .texts(step.parked, [](const auto& one) -> std::string_view { return one.aggregate.id; })
          .texts(step.parked, [](const auto& one) -> std::string_view { return one.reason; });
    }
    return statements;
  }

  std::unique_ptr<postgres::Session> session_;
  PostgresRowSql sql_;
};

}  // namespace

OpenProjectionStore postgres_projection_store(std::string dsn, std::string session_name) {
  return [dsn = std::move(dsn), name = std::move(session_name)]() -> Result<std::unique_ptr<ProjectionStore>> {
    SessionOptions options;
    options.name = name;
    options.asynchronous_commit = true;
    auto session = open_session(dsn, options);
    if (!session) return session.fault();
    return std::unique_ptr<ProjectionStore>(std::make_unique<PostgresProjectionStore>(*std::move(session)));
  };
}

}  // namespace keel::query

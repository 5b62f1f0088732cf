#include "replay/promotion.hpp"

#include <thread>

#include "core/crash_point.hpp"
#include "ops/log.hpp"

namespace keel::replay {
namespace {

using postgres::Answer;
using postgres::Parameters;
using query::fault_of;

/// $1 projection, $2 the live generation
constexpr std::string_view hold_still_sql =
    "SELECT context, lane FROM checkpoints WHERE projection = $1::text AND generation = $2::bigint"
    " ORDER BY context, lane FOR UPDATE";

/// $1 projection, $2 the live generation, $3 the other one
constexpr std::string_view behind_sql =
    "SELECT count(*) FROM checkpoints o"
    "  LEFT JOIN checkpoints n ON n.projection = o.projection AND n.generation = $3::bigint AND n.context = o.context"
    "   AND n.lane = o.lane"
    " WHERE o.projection = $1::text AND o.generation = $2::bigint"
    "   AND (n.position IS NULL OR (n.incarnation = o.incarnation AND n.position < o.position))";

/// $1 projection, $2 generation, $3 forced
constexpr std::string_view switch_sql = "SELECT switch_generation($1::text, $2::bigint, $3::boolean)";

constexpr std::chrono::milliseconds breath{5};

/// A transaction that is undone unless it was committed.
class Transaction {
 public:
  explicit Transaction(postgres::Session& session) : session_(session), begun_(session.script("BEGIN")) {}
  ~Transaction() {
    if (!over_) session_.script("ROLLBACK");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  const Answer& begun() const { return begun_; }
  Answer commit() {
    over_ = true;
    return session_.script("COMMIT");
  }

 private:
  postgres::Session& session_;
  const Answer begun_;
  bool over_ = false;
};

/// Each look is a statement of its own, so it sees what was committed since the last one.
Result<Done> wait_for_the_other(postgres::Session& session, const Switch& wanted, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto behind =
        session.run(behind_sql, Parameters().text(wanted.projection).bigint(wanted.from).bigint(wanted.to));
    if (!behind.ok()) return fault_of(behind);
    if (behind.bigint(0, 0) == 0 || std::chrono::steady_clock::now() >= until) return Done{};
    std::this_thread::sleep_for(breath);
  }
}

Attempt<Done> refused(const Answer& answer) {
  const std::string& state = answer.failure().state;
  if (state == "KR002" || state == "KR003" || state == "P0002") return conflict(answer.failure().message);
  return fault_of(answer);
}

}  // namespace

Attempt<Done> switch_live(ReadStore& store, const Switch& wanted, const SwitchRules& rules, const Deed& deed) {
  auto& session = store.session();
  Transaction transaction(session);
  if (!transaction.begun().ok()) return fault_of(transaction.begun());
  const auto held = session.run(hold_still_sql, Parameters().text(wanted.projection).bigint(wanted.from));
  if (!held.ok()) return fault_of(held);
  if (!rules.forced) {
    if (const auto waited = wait_for_the_other(session, wanted, rules.patience); !waited) return waited.fault();
  }
  crash_point("promote_before_switch");
  const auto switched =
      session.run(switch_sql, Parameters().text(wanted.projection).bigint(wanted.to).boolean(rules.forced));
  if (!switched.ok()) return refused(switched);
  const auto noted = session.run(deed_sql(), deed_parameters(deed));
  if (!noted.ok()) return fault_of(noted);
  crash_point("promote_before_commit");
  const auto committed = transaction.commit();
  if (!committed.ok()) return fault_of(committed, Fault::Outcome::unknown);
  crash_point("promote_after_commit");
  log::info("replay", "another generation is live",
            {{"projection", wanted.projection}, {"from", wanted.from}, {"to", wanted.to}, {"forced", rules.forced}});
  return Done{};
}

}  // namespace keel::replay

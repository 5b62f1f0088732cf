#include "journal/postgres_failure.hpp"

#include <utility>

namespace keel::journal {

AppendOutcome outcome_of(std::string_view state) {
  if (state == "KE001") return AppendOutcome::fenced;
  if (state == "KE002") return AppendOutcome::misplaced;
  if (state == "KE003") return AppendOutcome::stale_version;
  if (state == "23505") return AppendOutcome::duplicate;
  if (state == "40P01" || state == "40001" || state == "55P03") return AppendOutcome::try_again;
  if (state == "40003") return AppendOutcome::unknown;

  const std::string_view kind = state.substr(0, 2);
  if (kind == "53") return AppendOutcome::try_again;
  if (kind == "22" || kind == "23" || kind == "40" || kind == "55" || kind == "KE") return AppendOutcome::broken;
  return AppendOutcome::unknown;
}

Fault fault_of(const postgres::Failure& failure, std::string_view doing) {
  const bool certain = outcome_of(failure.state) != AppendOutcome::unknown;
  std::string what = std::string(doing) + ": " + failure.message;
  if (!failure.state.empty()) what += " (SQLSTATE " + failure.state + ")";
  return {certain ? Fault::Outcome::nothing_changed : Fault::Outcome::unknown, std::move(what),
          postgres::cause_of(failure.state)};
}

}  // namespace keel::journal

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "dashboard/exchange.hpp"
#include "dashboard/ration.hpp"
#include "ops/metrics.hpp"
#include "replay/operation.hpp"

namespace keel::dashboard {

/// What becomes of requests for an action that are refused: one more in `keel_dashboard_refused_actions_total{code}`, a
/// line in the log, and a line in the audit when it is known who asked.
///
/// The audit is bounded, because a refusal costs whoever asks nothing: a person gets 20 lines a minute, all together
/// 100; the next line says how many were left out. What nobody vouches for (no login, no CSRF token) is never written
/// there, and neither is what failed for the world's sake (5xx): nobody refused it. Any thread.
class RefusedActions {
 public:
  /// Writes a line into the audit.
  using WriteDown = std::function<Result<Done>(const replay::Deed& deed)>;

  struct Options {
    Ration::Limits lines{20, 100, std::chrono::minutes(1)};
    Clock clock = system_now;
  };

  RefusedActions(WriteDown write_down, ops::Metrics& metrics, Options options);

  void count(const Refusal& refusal);
  /// Of one that stands nowhere yet. `known`: it is certain that this visitor asked. Blocks while the line is written.
  void note(const Request& request, const Refusal& refusal, bool known);

 private:
  /// Whether a line may be written now, and how many were not since the last one.
  std::optional<std::uint64_t> lines_left_out(const std::string& who);

  const WriteDown write_down_;
  ops::Metrics& metrics_;
  const Clock clock_;
  std::mutex mutex_;
  Ration ration_;
  std::uint64_t left_out_ = 0;
  std::map<std::string, ops::Counter> by_code_;
};

/// What the request asked for, as far as it can be read: what of it is no text, too long or not there is left empty.
replay::Deed asked_for(const Request& request);

}  // namespace keel::dashboard

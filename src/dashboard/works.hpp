#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "dashboard/refusal.hpp"
#include "dashboard/stores.hpp"

namespace keel::dashboard {

/// Rebuilds and verifications that this process works at, each in a thread of its own. One at a time for a projection:
/// whoever works at one holds its lock, over all processes; a few at a time in all. Any thread.
///
/// A rebuild that is stopped with the process ends at a checkpoint, and may be gone on with; `keel replay` and another
/// dashboard see it just the same. A verification lives in memory and is gone with the process.
class Works {
 public:
  struct Options {
    std::size_t at_once = 2;
    replay::RebuildOptions rebuild{.workers = 2, .bytes = 512UL << 20U};
    replay::VerifyOptions verify{.workers = 2, .bytes = 512UL << 20U, .max_differences = 100};
    /// Checks that are remembered after their end.
    std::size_t checks_kept = 20;
  };

  Works(const DashboardParts& parts, Stores& stores, Options options)
      : parts_(parts), stores_(stores), options_(options) {}
  /// As `stop`.
  ~Works();
  Works(const Works&) = delete;
  Works& operator=(const Works&) = delete;

  // -- rebuilds ----------------------------------------------------------------------------------------------
  /// The operation's number. FAILED_PRECONDITION: STATE_CONFLICT (somebody works at it, or a generation waits),
  /// TOO_MUCH_WORK; NOT_FOUND/PROJECTION_NOT_MIGRATED.
  Outcome<std::int64_t> rebuild(const query::Projection& projection, const replay::Deed& deed);
  /// NOT_FOUND/OPERATION_NOT_FOUND; FAILED_PRECONDITION/STATE_CONFLICT.
  Outcome<Done> resume(std::int64_t operation, replay::Deed deed);

  // -- verifications -----------------------------------------------------------------------------------------
  /// The check's id. Nothing: the live generation.
  Outcome<std::string> verify(const query::Projection& projection, std::optional<std::int64_t> generation,
                              replay::Deed deed);
  /// `{state,projection,generation,events,total,different,differences,left_out,seconds}`; NOT_FOUND/CHECK_NOT_FOUND.
  Outcome<Json> check(const std::string& id) const;

  /// Tells everything to end at its next checkpoint. Nothing is begun any more.
  void end_soon() { ended_ = true; }
  /// As `end_soon`, and waits for it.
  void stop();

 private:
  struct Check;
  struct Job {
    std::string projection;
    std::atomic<bool> over{false};
    std::thread thread;
  };

  /// With `mutex_` held.
  std::optional<Refusal> obstacle(const std::string& projection);
  std::optional<Refusal> may_begin(const std::string& projection);
  std::optional<Refusal> begin(const std::string& projection, std::function<void()> work);
  void run_rebuild(const query::Projection& projection, const replay::Operation& operation,
                   const std::shared_ptr<replay::ReadStore>& store, const replay::Deed& deed) const;
  Outcome<std::int64_t> generation_to_verify(const query::Projection& projection,
                                             std::optional<std::int64_t> generation);
  void run_check(const query::Projection& projection, const std::shared_ptr<Check>& check, replay::Deed deed);
  Result<Uuid> incarnation();
  Result<Done> note(Check& check, const query::Projection& projection, replay::Deed deed);
  std::shared_ptr<Check> remember(const std::string& projection, std::int64_t generation);

  const DashboardParts& parts_;
  Stores& stores_;
  const Options options_;
  std::atomic<bool> ended_{false};
  /// Held from the look whether something may be begun until it is.
  std::mutex beginning_;
  mutable std::mutex mutex_;
  std::list<Job> jobs_;
  std::map<std::int64_t, std::shared_ptr<Check>> checks_;
  std::int64_t last_check_ = 0;
};

}  // namespace keel::dashboard

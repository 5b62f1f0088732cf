#include "replay/rebuild.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "core/crash_point.hpp"
#include "ops/log.hpp"

namespace keel::replay {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds beat_every{500};
/// Rounds of folding what came meanwhile, before the projectors take over in any case.
constexpr int most_rounds = 5;
/// Few enough events for the projectors.
constexpr std::int64_t few_events = 1'000;

/// One run of a rebuild.
class Run {
 public:
  Run(const RebuildParts& parts, const RebuildOptions& options, Operation operation, ReadStore& store,
      const std::function<bool()>& ended, const std::function<void(const Operation&)>& tell)
      : parts_(parts),
        options_(options),
        operation_(std::move(operation)),
        store_(store),
        ended_(ended),
        tell_(tell),
        pace_(options.rate),
        folded_before_(operation_.events) {}

  RebuildEnd to_the_end(const Deed& deed) {
    const auto began = SteadyClock::now();
    const auto done = everything();
    RebuildEnd end;
    end.events = progress_.events;
    end.parked = progress_.parked;
    end.seconds = std::chrono::duration<double>(SteadyClock::now() - began).count();
    end.state = !done ? "failed" : told_to_end_ ? "stopped" : "done";
    if (!done) end.fault = done.fault();
    if (const auto closed = close(end, deed); !closed) {
      end.state = "failed";
      end.fault = closed.fault();
    }
    return end;
  }

 private:
  Result<Done> everything() {
    auto journal = parts_.journal();
    if (!journal) return journal.fault();
    const auto identity = (*journal)->identity();
    if (!identity) return identity.fault();
    incarnation_ = identity->incarnation;
    if (auto loaded = bring_up("loading", **journal); !loaded || told_to_end_) return loaded;
    if (auto indexed = make_indices(); !indexed || told_to_end_) return indexed;
    for (int round = 0; round < most_rounds; ++round) {
      const auto before = progress_.events.load();
      if (auto caught = bring_up("catching_up", **journal); !caught || told_to_end_) return caught;
      if (progress_.events - before < few_events) break;
    }
    return Done{};
  }

  Result<Done> bring_up(const std::string& phase, journal::Journal& journal) {
    operation_.phase = phase;
    auto tasks = lanes_to_fold(parts_.projection, journal);
    if (!tasks) return tasks.fault();
    tasks_ = *std::move(tasks);
    next_task_ = 0;
    operation_.total = 0;
    for (const auto& task : tasks_) operation_.total += task.target.value;
    if (const auto sound = beat(); !sound) return sound.fault();
    return run_workers();
  }

  Result<Done> run_workers() {
    std::vector<std::thread> workers;
    const auto count = std::min(options_.workers, tasks_.size());
    running_ = count;
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
    watch();
    for (auto& worker : workers) worker.join();
    if (const auto sound = beat(); !sound) fail(sound.fault());
    if (fault_) return *std::exchange(fault_, {});
    return Done{};
  }

  /// Beats until every worker has ended.
  void watch() {
    auto next = SteadyClock::now() + beat_every;
    while (running_ > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (ended_()) told_to_end_ = true;
      if (SteadyClock::now() < next) continue;
      next += beat_every;
      if (const auto sound = beat(); !sound) fail(sound.fault());
      tell_(operation_);
    }
  }

  Result<Done> beat() {
    const auto now = SteadyClock::now();
    const std::int64_t folded = progress_.events;
    const double seconds = std::chrono::duration<double>(now - beaten_at_).count();
    if (seconds > 0.1) operation_.rate = static_cast<std::int64_t>(static_cast<double>(folded - beaten_) / seconds);
    beaten_at_ = now;
    beaten_ = folded;
    operation_.events = folded_before_ + folded;
    const auto cancel = store_.beat(operation_);
    if (!cancel) return cancel.fault();
    if (*cancel) told_to_end_ = true;
    return Done{};
  }

  void work() {
    try {
      if (const auto done = work_off(); !done) fail(done.fault());
    } catch (const std::exception& error) {
      fail({Fault::Outcome::unknown, error.what()});
    }
    --running_;
  }

  Result<Done> work_off() {
    auto store = parts_.store();
    if (!store) return store.fault();
    auto journal = parts_.journal();
    if (!journal) return journal.fault();
    auto scan = parts_.scan();
    if (!scan) return scan.fault();
    LaneRebuildRules rules;
    rules.chunk = options_.chunk;
    rules.bytes = options_.bytes / options_.workers;
    rules.max_parked = options_.max_parked;
    LaneRebuild lanes(parts_.projection, operation_.generation, incarnation_,
                      {*std::move(store), *std::move(journal), *std::move(scan)}, rules, pace_, progress_,
                      [this] { return told_to_end_ || failed_; });
    while (const auto* task = next()) {
      if (auto done = lanes.bring_up(*task); !done) return done;
    }
    return Done{};
  }

  const LaneTask* next() {
    if (told_to_end_ || failed_) return nullptr;
    const auto index = next_task_++;
    return index < tasks_.size() ? &tasks_[index] : nullptr;
  }

  void fail(Fault fault) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(fault);
    failed_ = true;
  }

  Result<Done> make_indices() {
    operation_.phase = "indexing";
    for (const auto& sql : query::generation_sql(parts_.projection, operation_.generation).indices) {
      if (auto sound = beat(); !sound) return sound;
      tell_(operation_);
      crash_point("rebuild_before_index");
      if (auto made = store_.make_index(sql); !made || told_to_end_) return made;
    }
    return store_.analyze(parts_.projection, operation_.generation);
  }

  /// Leaves the row as things stand. A generation that is done goes to the projectors with it.
  Result<Done> close(const RebuildEnd& end, Deed deed) {
    operation_.state = end.state;
    if (end.state == "done") operation_.phase = "ended";
    operation_.events = folded_before_ + end.events;
    operation_.result = end.fault ? end.fault->what : end.state == "done" ? "filled" : "stopped at a checkpoint";
    deed.generation = operation_.generation;
    deed.operation = operation_.id;
    deed.result = end.state + (end.fault ? ": " + end.fault->what : "");
    crash_point("rebuild_before_hand_over");
    auto closed = store_.end(operation_, deed);
    crash_point("rebuild_after_hand_over");
    log::info("replay", "a rebuild ended",
              {{"projection", operation_.projection},
               {"generation", operation_.generation},
               {"operation", operation_.id},
               {"state", end.state},
               {"why", operation_.result}});
    return closed;
  }

  const RebuildParts& parts_;
  const RebuildOptions& options_;
  Operation operation_;
  ReadStore& store_;
  const std::function<bool()>& ended_;
  const std::function<void(const Operation&)>& tell_;
  Pace pace_;
  LaneRebuild::Progress progress_;
  /// What former runs folded.
  const std::int64_t folded_before_;
  Uuid incarnation_;

  std::vector<LaneTask> tasks_;
  std::atomic<std::size_t> next_task_{0};
  std::atomic<std::size_t> running_{0};
  std::atomic<bool> told_to_end_{false};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Fault> fault_;
  SteadyClock::time_point beaten_at_ = SteadyClock::now();
  std::int64_t beaten_ = 0;
};

}  // namespace

Result<std::vector<LaneTask>> lanes_to_fold(const query::Projection& projection, journal::Journal& journal) {
  std::vector<LaneTask> tasks;
  for (const auto& context : projection.contexts) {
    const auto heads = journal.heads(context);
    if (!heads) return heads.fault();
    for (std::size_t lane = 0; lane < heads->size(); ++lane) {
      tasks.push_back({context, Lane{static_cast<std::int32_t>(lane)}, (*heads)[lane]});
    }
  }
  return tasks;
}

RebuildEnd rebuild(const RebuildParts& parts, const RebuildOptions& options, Operation operation, ReadStore& store,
                   const Deed& deed, const std::function<bool()>& ended,
                   const std::function<void(const Operation&)>& tell) {
  Run run(parts, options, std::move(operation), store, ended, tell);
  return run.to_the_end(deed);
}

}  // namespace keel::replay

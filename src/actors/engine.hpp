#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/call.hpp"
#include "actors/engine_state.hpp"
#include "actors/restart_policy.hpp"
#include "actors/runner.hpp"
#include "core/clock.hpp"
#include "domain/aggregate.hpp"
#include "journal/journal.hpp"
#include "journal/ownership.hpp"
#include "journal/writer.hpp"
#include "ops/actor_control.hpp"
#include "ops/metrics.hpp"
#include "ops/supervision.hpp"

namespace keel::actors {

/// Calls that may be on their way at once; one more is answered `Trouble::overloaded` at once (bulkheads).
struct Limits {
  std::size_t per_aggregate = 1024;
  std::size_t per_context = 8192;
  std::size_t per_process = 16384;
  std::size_t per_caller = 4096;
};

struct EngineOptions {
  Limits limits;

  // -- aggregates in memory -------------------------------------------------------------------------------------
  /// An aggregate without commands for so long leaves memory.
  std::chrono::milliseconds passivate_after{300'000};
  /// Beyond this many in memory, the least recently used leave earlier. Shared evenly by the context's lanes.
  std::size_t max_aggregates_per_context = 200'000;
  /// How often a lane looks for idle aggregates and for waiting commands whose deadline has passed.
  std::chrono::milliseconds lane_tick{1000};
  /// A snapshot is due with the event that gets this version, and twice it, and so on; see `LiveAggregate` for when it
  /// waits.
  std::int64_t snapshot_every = 100;
  /// On leaving memory an aggregate stores one if it has at least so many events since its last.
  std::int64_t snapshot_at_rest_after = 10;
  /// How long a busy aggregate remembers the request ids that it has answered.
  std::chrono::milliseconds remember_ids_for{3000};

  // -- loading ----------------------------------------------------------------------------------------------------
  /// Sessions (and threads) that load aggregates and look up old request ids.
  std::size_t loaders = 2;
  /// Aggregates in one query. `loaders` times this many load at once; the others wait for their turn.
  std::size_t loads_per_query = 256;
  /// Events of one aggregate in one answer; longer histories are read piece by piece.
  std::size_t events_per_load = 1000;
  /// Between two queries that look up old request ids: what comes meanwhile shares the second one, so that a client
  /// that repeats old commands does not cost its neighbours a query each.
  std::chrono::milliseconds gather_look_ups{5};

  // -- supervision ------------------------------------------------------------------------------------------------
  /// Beyond its intensity an aggregate is quarantined, alone.
  RestartPolicy aggregates{.max_restarts = 5, .window = std::chrono::seconds(60)};
  /// Beyond its intensity a lane escalates to its context, a context to the guardian: the lanes are given up.
  RestartPolicy lanes{.max_restarts = 5, .window = std::chrono::seconds(60)};
  RestartPolicy contexts{
      .max_restarts = 5, .window = std::chrono::seconds(300), .first_pause = std::chrono::seconds(1)};
  /// Publisher, reactors, timers: the world's failures are no reason to stop taking commands.
  RestartPolicy services{.max_restarts = 0, .window = std::chrono::seconds(60)};
  RestartPolicy loads{
      .max_restarts = 0, .first_pause = std::chrono::milliseconds(100), .last_pause = std::chrono::seconds(5)};

  // -- stopping (docs/protocol.md 2, the last rule) -----------------------------------------------------------------
  std::chrono::milliseconds drain_calls{5000};
  std::chrono::milliseconds drain_snapshots{1500};
  std::chrono::milliseconds drain_services{1000};

  // -- threads ------------------------------------------------------------------------------------------------------
  enum class Scheduling {
    /// One queue for all: wakes in 14 µs and idles at 0 %.
    sharing,
    /// A queue for each worker: more messages a second, 83 µs to wake.
    stealing,
    /// For tests: nothing runs until `ByHand` runs it, on the caller's thread.
    by_hand,
  };
  Scheduling scheduling = Scheduling::sharing;
  /// 0 = as many as there are cores.
  std::size_t workers = 0;

  journal::WriterOptions writer;
  /// Under load a context's appends begin at least so far apart; see `RoundPace`.
  std::chrono::microseconds rounds_apart{1500};
  journal::OwnershipOptions ownership;
};

/// What an engine is put together from.
struct EngineParts {
  /// Every aggregate of every context. A context may have several types of them.
  std::vector<const domain::AggregateKind*> kinds;
  journal::Owner owner;
  std::int32_t lane_count = 16;
  journal::OpenJournal open_writer;
  journal::OpenJournal open_loader;
  journal::OpenJournal open_owner;
  std::vector<HostedService> services;
  /// Hears of every change of state, on a thread of the engine; must not block. May be empty.
  std::function<void(const EngineState&)> on_change;
  /// Both outlive the engine.
  ops::SupervisionRegistry* registry = nullptr;
  ops::Metrics* metrics = nullptr;
  Clock clock = system_now;
};

/// Holds the aggregates in memory and decides commands: the supervision tree behind one `submit`.
///
///     guardian ── journal (owner, loaders) ── contexts ── writer, lanes (aggregates), services
///
/// It takes every lane of every context, or stands by until they are free; while it does not own them, calls are
/// answered `Trouble::not_owner`. Fenced, it drops everything that it holds in memory and stands by again. Every answer
/// rests on what is durable; the rules are docs/protocol.md, "Answers". Aggregates crash alone, are reloaded after a
/// pause, and are quarantined alone when they cannot be loaded.
///
/// `submit`, `describe` and `control`: any thread, never block. Everything else: one thread.
class Engine final : public CommandPort, public ops::ActorControl {
 public:
  /// Throws std::logic_error when the parts do not fit together (no kinds, a service of an unknown context, …).
  Engine(EngineParts parts, EngineOptions options);
  /// Stops, if `stop` was not called, and waits for the threads for a short time. Never hangs: threads that do not
  /// come back are left behind with all they use, and the log says so.
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Begins to try for the lanes. Returns at once; `state` says how it goes.
  void start();

  /// Refuses new calls, lets those on their way end, stores snapshots, stops the services, gives the lanes back. Blocks
  /// until that is done or the time is over. True: everything on its way was answered and the lanes were given back.
  bool stop(std::chrono::milliseconds deadline = std::chrono::milliseconds(8500));

  EngineState state() const;
  /// Blocks until the engine is in this state; false when the time is over first.
  bool wait_for(EngineState::Stage stage, std::chrono::milliseconds limit) const;

  /// Answers `call.reply` exactly once, now or later. A call of a kind that the engine was not given is a bug of the
  /// caller's: std::logic_error.
  void submit(Call call) override;

  // -- operators: what can be done to whom, and what comes of it, is docs/protocol.md 2, rule 15
  // -----------------------
  void describe(const ops::ActorTarget& target, bool with_state, Described reply) override;
  void control(const ops::ActorTarget& target, ops::ActorOrder order, Controlled reply) override;

 private:
  friend class ByHand;
  class Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace keel::actors

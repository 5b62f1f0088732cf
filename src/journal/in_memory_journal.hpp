#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "journal/journal.hpp"

namespace keel::journal {

struct InMemoryState;

/// One journal in memory, shared by any number of sessions; it also breaks on demand.
///
/// The twin of a PostgreSQL journal: the same contract suite passes on both, so a test that uses it tests against the
/// real rules. Every member may be called by any thread. A session's "back end" lives as long as the session, or until
/// `disconnect_all`.
class InMemoryStore : public std::enable_shared_from_this<InMemoryStore> {
 public:
  struct Options {
    std::vector<std::string> contexts;
    std::int32_t lane_count = 16;
    /// The "database's clock": when lanes become free, timers due and events recorded.
    Clock clock = system_now;
  };

  static std::shared_ptr<InMemoryStore> make(Options options);
  ~InMemoryStore();

  /// A session of its own; a fault while `refuse_sessions` holds.
  Result<std::unique_ptr<Journal>> open();
  OpenJournal opener();

  // -- what a test may look at, behind everybody's back ---------------------------------------------------------
  std::vector<RecordedEvent> events(std::string_view context, Lane lane) const;
  /// Of all lanes, lane by lane.
  std::vector<RecordedEvent> events(std::string_view context) const;
  std::vector<Receipt> receipts(std::string_view context) const;
  std::optional<Snapshot> snapshot(std::string_view context, const AggregateRef& aggregate) const;
  std::vector<Timer> timers(std::string_view context) const;
  Epoch epoch(std::string_view context, Lane lane) const;
  Uuid incarnation() const;
  /// Appends that reached the journal so far, whatever became of them.
  std::size_t append_count() const;

  // -- faults -----------------------------------------------------------------------------------------------------
  /// The next append that reaches the journal ends like this and stores nothing; several calls queue up. After
  /// `unknown` its session is unusable.
  void fail_next_append(AppendOutcome outcome);

  /// What becomes of a statement whose answer is lost.
  enum class Lost {
    /// It never reached the server.
    nothing_stored,
    /// It committed; only the answer is gone.
    stored,
    /// It still runs, holding its lanes: nobody sees it until somebody takes or re-takes a lane of its context. Then
    /// it has committed. What loads before it re-takes is found out by this.
    stored_later,
  };
  /// The next append reports `unknown`, and this became of it; several calls queue up with `fail_next_append`.
  void lose_next_answer(Lost what);

  /// The next `times` calls that are no append return a fault (nothing changed; the session stays usable).
  void fail_next_calls(std::size_t times, std::string what = "injected fault");

  /// Appends wait before they reach the journal until `resume_appends`.
  void pause_appends();
  void resume_appends();
  /// Waits until so many appends are waiting. False when it took longer than the limit.
  bool wait_for_paused_appends(std::size_t count, std::chrono::milliseconds limit = std::chrono::seconds(10));

  /// Ends every session's back end: the sessions are unusable from now on, their owners' lanes free.
  void disconnect_all();
  /// While set, nobody can open a session (the server is down).
  void refuse_sessions(bool refused);
  /// Another incarnation from now on, as `keel journal adopt` makes one after a restore.
  void change_incarnation(Uuid incarnation);

 private:
  explicit InMemoryStore(Options options);

  std::unique_ptr<InMemoryState> state_;
  friend class InMemoryJournal;
};

/// One session on an `InMemoryStore`.
class InMemoryJournal final : public Journal {
 public:
  explicit InMemoryJournal(std::shared_ptr<InMemoryStore> store);
  ~InMemoryJournal() override;

  bool usable() const override;
  Result<Identity> identity() override;
  Result<std::size_t> beat(const Owner& owner) override;
  Result<TakeOver> take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) override;
  Result<std::vector<HeldLane>> retake(const Owner& owner, std::string_view context,
                                       std::span<const HeldLane> lanes) override;
  Result<Done> give_up(const Owner& owner) override;
  Appended append(const Batch& batch) override;
  Result<Diagnosis> diagnose(std::string_view context, std::span<const Lane> lanes, std::span<const ReceiptKey> ids,
                             std::span<const AggregateRef> aggregates) override;
  Result<std::vector<Loaded>> load(std::string_view context, std::span<const LoadRequest> requests,
                                   std::size_t max_events) override;
  Result<std::vector<RecordedEvent>> read(std::string_view context, Lane lane, Position after,
                                          std::size_t limit) override;
  Result<std::vector<RecordedEvent>> read_aggregate(std::string_view context, const AggregateRef& aggregate,
                                                    Version after, std::size_t limit) override;
  Result<std::vector<Position>> heads(std::string_view context) override;
  Result<std::vector<Position>> publications(std::string_view context) override;
  Result<Done> publish(std::string_view context, std::span<const std::pair<Lane, Position>> positions) override;
  Result<std::vector<Position>> reactions(std::string_view reactor, std::string_view context) override;
  Result<bool> react(std::string_view reactor, std::string_view context, const HeldLane& lane, Position position,
                     std::span<const Timer> set, std::span<const std::string> cancelled) override;
  Result<std::vector<Timer>> due_timers(std::string_view context, std::size_t limit) override;
  Result<bool> settle_timer(std::string_view context, const HeldLane& lane, const Timer& timer,
                            std::optional<Timestamp> put_off_to) override;
  Result<Done> keep_receipts(std::chrono::hours retention) override;

 private:
  std::shared_ptr<InMemoryStore> store_;
  std::uint64_t session_ = 0;
};

}  // namespace keel::journal

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "journal/journal.hpp"
#include "journal/writer_item.hpp"

namespace keel::journal {

class WriterQueue;

/// Hears what a writer needs from its host. Called on the writer's thread, inside `work()`; must neither block nor
/// call the writer.
class WriterHost {
 public:
  virtual ~WriterHost() = default;

  /// Another epoch holds a lane. Everything queued comes back as `fenced`, nothing more is taken until `adopt_lanes`.
  /// All actors of the context's lanes must die, and the process gives up its other contexts too.
  virtual void lost(std::string_view context, std::string_view why) = 0;
  /// A bug of ours was found: the lanes were taken anew and everything that was loaded before is distrusted. All actors
  /// of the context's lanes must die and reload; the lanes stay ours. Worth an alarm.
  virtual void distrusted(std::string_view context, std::string_view why) = 0;
  /// The lanes have new epochs, after an unknown outcome or before `distrusted`. For whoever is fenced by them
  /// (reactors, timers).
  virtual void retaken(std::string_view context, std::span<const HeldLane> lanes) = 0;
  /// A batch with events is durable: the lanes that grew, with their new last positions, and its events, in position
  /// order within each lane. Wakes publisher and reactors.
  virtual void committed(std::string_view context, std::span<const HeldLane> grown,
                         std::span<const StoredEvent> events) = 0;
};

/// Hears what is worth measuring. Called on the writer's thread; must neither block nor call the writer.
class WriterObserver {
 public:
  virtual ~WriterObserver() = default;

  struct Append {
    AppendOutcome outcome = AppendOutcome::stored;
    std::size_t entries = 0;
    std::size_t events = 0;
    std::chrono::nanoseconds took{0};
    /// For operators, when not stored.
    std::string_view what;
  };
  virtual void appended(std::string_view, const Append&) {}
  /// A read round: so many answers, looked up in so long.
  virtual void looked_up(std::string_view, std::size_t /*answers*/, std::chrono::nanoseconds /*took*/) {}
  virtual void dropped(std::string_view, Drop, std::size_t /*items*/) {}
  /// The journal answered with a fault; the writer goes on with a fresh session after a pause.
  virtual void faulted(std::string_view, const Fault&) {}
  /// A check failed that only a bug of ours can fail. Worth an alarm.
  virtual void bug(std::string_view, std::string_view /*what*/) {}
};

struct WriterOptions {
  /// A batch ends at whichever comes first. The last entry may go over the bytes.
  std::size_t max_batch_items = 512;
  std::size_t max_batch_bytes = 4U << 20;
  /// Pauses between attempts double from the first to the last one.
  std::chrono::milliseconds first_pause{5};
  std::chrono::milliseconds last_pause{1000};
};

/// The only one that appends to a context: takes the answers of all its aggregates, stores them in batches, and tells
/// each what became of it, so that nothing is answered that is not durable (docs/protocol.md 1.3, 1.4 and 2).
///
///     writer.adopt_lanes(held);                     // after a take-over
///     writer.submit(std::move(item)); …             // everything that has come in
///     while (auto pause = writer.work()) wait(*pause);   // zero: again at once
///
/// Promises. Every item submitted gets exactly one outcome. `stored` is said after commit only. An item behind a
/// dropped one of its incarnation is dropped too. Outcomes of an incarnation come in order. An unknown outcome is
/// settled by taking the lanes anew before anything else is read or written, and `close` waits for it.
///
/// Why does an unknown outcome end only the incarnations that have an entry in the batch? Because the re-take succeeds
/// only where nobody else held the lanes since: what the others remember is still the journal's truth.
///
/// Confined to one thread, which is no scheduler thread: `work` blocks in the journal. Owns one session, opened when it
/// is needed and thrown away with every fault. Host and observer must outlive it.
class Writer {
 public:
  /// `observer` may be null.
  Writer(std::string context, Owner owner, OpenJournal open, WriterHost& host, WriterObserver* observer = nullptr,
         WriterOptions options = {}, Clock clock = system_now);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Begins to write to these lanes (all of the context, as `Journal::take_over` gave them). Incarnations numbered
  /// before this call are refused from now on: they were loaded when somebody else may have written.
  void adopt_lanes(std::vector<HeldLane> lanes);
  /// Stops taking items, as if fenced, without calling `WriterHost::lost`: the process gives the lanes up.
  void abandon_lanes();
  /// Whether the lanes are adopted and not lost.
  bool owning() const;
  /// The lanes with their present epochs and last positions, in lane order; empty when not owning.
  std::span<const HeldLane> lanes() const;

  /// Queues an answer. Never blocks, never calls a sink: what cannot be taken comes back dropped from `work`.
  void submit(Item item);
  /// Ends an incarnation: what it has queued comes back dropped, what is in doubt is settled, then `done` is called
  /// (inside `work`). Only then may a successor load. Unknown incarnations are done at once, too.
  void close(AggregateRef aggregate, std::uint64_t incarnation, std::function<void()> done);

  /// One round: append a batch, look up what appends nothing, deliver. Blocks in the journal. Returns the time to wait
  /// before the next call (zero: there is more to do), or nothing when idle: then call it after the next submit,
  /// close or adopt. To call it too early is harmless.
  std::optional<std::chrono::milliseconds> work();

  /// Items and closings that are not settled yet.
  std::size_t pending() const;
  /// Nothing pending, and no unknown outcome to settle.
  bool idle() const;

 private:
  struct Closing {
    AggregateRef aggregate;
    std::uint64_t incarnation;
    std::function<void()> done;
  };

  // writer.cpp: being able to write, time, ends
  bool ready();
  bool retake();
  void trust_again();
  void lose(std::string_view why);
  void distrust(std::string_view why);
  void doubt();
  void fault(const Fault& fault);
  void pause();
  std::chrono::milliseconds pause_left() const;
  void drop_the_late();
  void start_closings();
  void finish_closings();
  void deliver();
  std::optional<std::chrono::milliseconds> next_call() const;
  void bug(std::string_view what);

  // writer_round.cpp: one round
  void round();
  void gather();
  bool append_batch();
  bool heed(const Appended& appended);
  Appended append_once();
  void aim();
  void confirm_batch(Timestamp recorded_at);
  void keep_events(Entry& entry, const HeldLane& lane, Timestamp recorded_at);
  bool diagnose_batch(std::string_view refusal);
  Result<Diagnosis> ask_about_batch(std::vector<AggregateRef>& aggregates);
  void heed_verdicts(const std::vector<AggregateRef>& aggregates, const Diagnosis& diagnosis);
  void look_up_answers();
  Result<Diagnosis> ask_for_receipts();
  bool still_holds(std::span<const HeldLane> lanes, const Diagnosis& diagnosis);
  void mark_lane(Lane lane);
  void collect_marked_lanes();
  HeldLane* held(Lane lane);

  std::string context_;
  Owner owner_;
  OpenJournal open_;
  WriterHost& host_;
  WriterObserver* observer_;
  WriterOptions options_;
  Clock clock_;

  std::unique_ptr<Journal> session_;
  std::vector<HeldLane> lanes_;
  bool owning_ = false;
  /// An append or a re-take may have happened: the lanes must be taken anew before anything else.
  bool in_doubt_ = false;
  /// Set from the finding of a bug until the lanes are taken anew.
  std::optional<std::string> distrusted_;

  std::unique_ptr<WriterQueue> queue_;
  std::vector<Closing> closings_;
  /// Failed attempts since the last success; the pause after the last one.
  int failures_ = 0;
  Timestamp paused_at_;
  Timestamp resume_at_;

  // Of the present round; members so that their memory is used again.
  std::vector<std::size_t> batch_;
  std::vector<std::size_t> answers_;
  std::vector<const Entry*> entries_;
  std::vector<bool> marked_;
  std::vector<HeldLane> round_lanes_;
  std::vector<StoredEvent> stored_;
  std::uint64_t attempt_ = 0;
};

}  // namespace keel::journal

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/command_courier.hpp"
#include "actors/internal_command.hpp"
#include "core/aggregate_ref.hpp"
#include "core/result.hpp"
#include "core/traceparent.hpp"
#include "domain/reaction.hpp"
#include "journal/records.hpp"

namespace keel::actors {

/// What a reactor has done of one lane and not yet stored: a place to move to, and timers.
struct ReactionProgress {
  Position position;
  std::vector<journal::Timer> set;
  std::vector<std::string> cancelled;
};

/// One lane of a context as a reactor works through it.
///
/// Events of different aggregates are reacted to side by side, those of one aggregate in order: the next begins when
/// all commands of the one before, and what their answers brought, were answered for certain. Progress goes up to the
/// first event that is not done, so nothing is forgotten by a crash; what is done again carries the same request ids.
///
/// A bug stops the lane, visibly and alone: an event or command that nobody knows, or a request id that was used for
/// something else. Nothing of it begins any more; what was done before may be stored.
///
/// The runner's thread only. It must outlive the courier's last `deliver`.
class ReactingLane {
 public:
  ReactingLane(std::string context, Lane lane, Position done, std::size_t window, const domain::Reactor& reactor,
               const MessageDirectory& directory, CommandCourier& courier);
  ReactingLane(const ReactingLane&) = delete;
  ReactingLane& operator=(const ReactingLane&) = delete;

  const std::string& context() const { return context_; }
  Lane lane() const { return lane_; }
  /// Position of the last event that was admitted.
  Position admitted() const { return admitted_; }
  /// How many more events it takes now; none when it is stopped.
  std::size_t room() const;
  /// The next event of the lane. A bug (std::logic_error) when it is not the next.
  void admit(journal::StoredEvent event);

  bool has_progress();
  /// What may be stored now, if anything is new since `stored`. Later timers of the same key have replaced earlier
  /// ones.
  std::optional<ReactionProgress> progress();
  /// The progress that was shown last is in the journal.
  void stored();
  Position stored_position() const { return stored_; }

  /// Why the lane is stopped; nothing while it is not.
  const std::optional<Fault>& stopped() const { return stopped_; }
  /// The trace of the event that it stopped at; empty while it is not stopped, and when that has none.
  std::string_view stopped_trace_id() const { return trace_id_of(stopped_traceparent_); }

 private:
  struct Entry {
    journal::StoredEvent event;
    std::string traceparent;
    /// What the event is today, and how many of them were reacted to; the next one when the last one's sends are done.
    std::vector<std::unique_ptr<domain::Message>> messages;
    std::size_t reacted = 0;
    std::size_t open_sends = 0;
    bool done = false;
    std::vector<domain::SetTimer> timers;
    std::vector<std::string> cancelled;
  };
  using Then = std::function<domain::Reaction(const domain::Answered&)>;

  void begin(Entry& entry);
  void react(Entry& entry);
  void follow(Entry& entry, domain::Reaction reaction);
  void answered(Entry& entry, const Then& then, const Answer& answer);
  void finish(Entry& entry);
  void collect_done();
  void remember_timers(Entry& entry);
  void stop(const Entry& entry, const std::string& why);

  const std::string context_;
  const Lane lane_;
  const std::size_t window_;
  const domain::Reactor& reactor_;
  const MessageDirectory& directory_;
  CommandCourier& courier_;

  Position admitted_;
  Position done_;
  Position shown_;
  Position stored_;
  /// Events after `done_`, in order; addresses stay.
  std::deque<Entry> entries_;
  /// Of each busy aggregate: the events that wait for their turn.
  std::unordered_map<AggregateRef, std::deque<Entry*>> busy_;
  /// Not yet stored, by key: set, or (empty) cancelled.
  std::map<std::string, std::optional<journal::Timer>> timers_;
  std::optional<Fault> stopped_;
  std::string stopped_traceparent_;
};

}  // namespace keel::actors

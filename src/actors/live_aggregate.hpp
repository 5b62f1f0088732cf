#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "actors/pending_call.hpp"
#include "actors/recents.hpp"
#include "actors/restoring.hpp"
#include "core/clock.hpp"
#include "domain/aggregate.hpp"
#include "journal/writer_item.hpp"

namespace keel::actors {

/// What all live aggregates of an engine share. Immutable.
struct LiveOptions {
  std::size_t max_in_flight = 1024;
  std::int64_t snapshot_every = 100;
  std::int64_t snapshot_at_rest_after = 10;
  std::chrono::milliseconds remember_ids_for{3000};
  Clock clock = system_now;
};

/// What the journal knows of one request id.
struct LookedUp {
  Uuid request_id;
  /// False: the journal could not be asked.
  bool answered = true;
  /// Null when the id was never used.
  std::unique_ptr<journal::Receipt> receipt;
};

/// One life of an aggregate in memory: decides commands ahead of the journal, and tells each answer when all that it
/// rests on is durable (docs/protocol.md, "Answers").
///
/// A command is decided on what the commands before it left behind, stored or not, and goes to the writer at once:
/// nobody waits for a round trip. Answers come back from the writer in the same order. The first one that is not
/// confirmed ends this life: what was decided after it rested on what never happened. Undecided calls are then handed
/// back for the successor.
///
/// A snapshot is stored at every so many events, but not before the events since the last one weigh as much as it does:
/// so a busy aggregate's snapshots cost no more bytes than its events, however large its state is. A load reads, after
/// a snapshot, about its weight in events at most.
///
/// An exception from a rule comes out as `CommandFailed` and leaves the object unusable: drop it, and every call in it
/// is answered `restarted`. Confined to one thread at a time; knows no actors.
class LiveAggregate {
 public:
  /// Where it lives. Called inside the calls below.
  class Surroundings {
   public:
    virtual ~Surroundings() = default;
    virtual void write(journal::Item item) = 0;
    /// `looked_up` follows.
    virtual void look_up(const Uuid& request_id) = 0;
    /// This life has ended: the call belongs to the successor.
    virtual void hand_back(std::unique_ptr<PendingCall> call) = 0;
    /// Where the writer's word comes to; named by every item.
    virtual std::shared_ptr<journal::Sink> sink() = 0;
  };

  /// `incarnation` was drawn before the load began. Kind, options and surroundings outlive it.
  LiveAggregate(const domain::AggregateKind& kind, std::string id, Lane lane, std::uint64_t incarnation,
                Restored restored, const LiveOptions& options, Surroundings& surroundings);

  void take(std::unique_ptr<PendingCall> call);
  void looked_up(std::span<LookedUp> found);
  /// The writer's word, in the order of writing. `ended` as `journal::Sink` says.
  void confirmed(std::span<journal::Outcome> outcomes, bool ended);

  /// Only when idle: writes a snapshot if there is enough that the last one lacks. True: it was written, and
  /// `confirmed` follows.
  bool write_snapshot();

  /// Nothing is on its way, in any direction.
  bool idle() const { return in_flight_.empty() && looking_up_.empty() && snapshot_on_its_way_ == 0; }
  /// A confirmation failed: nothing more is decided here.
  bool ended() const { return ended_; }
  AggregateRef aggregate() const { return {std::string(kind_.type), id_}; }
  std::uint64_t incarnation() const { return incarnation_; }
  Version version() const { return version_; }

  // -- for people; not after `ended` --------------------------------------------------------------------------------
  Lane lane() const { return lane_; }
  /// As of `version()`, durable or not.
  const domain::Message& state() const { return *state_; }
  Version durable_version() const { return in_flight_.empty() ? version_ : in_flight_.front()->decided_at; }
  std::size_t in_flight() const { return in_flight_.size() + looking_up_.size(); }
  /// Commands since this life began.
  std::uint64_t decided() const { return sequence_; }
  /// When it took its last command; the epoch when it has taken none.
  Timestamp last_taken() const { return last_taken_; }

 private:
  void proceed(std::unique_ptr<PendingCall> call);
  bool must_be_looked_up(const PendingCall& call, const Recents::Known* known) const;
  bool young(const Uuid& id) const;
  void decide(std::unique_ptr<PendingCall> call, Timestamp now);
  void append(std::unique_ptr<PendingCall> call, domain::Decision::Accepted accepted, Timestamp now);
  bool snapshot_due(Version before) const;
  journal::Entry::StateAfter take_snapshot();
  std::vector<journal::NewEvent> evolve(const domain::Decision::Accepted& accepted);
  void only_answer(std::unique_ptr<PendingCall> call, Answer intended);
  void write(std::variant<journal::Entry, journal::AnswerOnly> what, Timestamp deadline);
  void settle(journal::Outcome& outcome);
  void tell(PendingCall& call, const journal::Outcome& outcome) const;
  static void join(PendingCall& repeat, const PendingCall& first, const journal::Outcome& outcome);
  Answer from_receipt(const Call& call, const journal::Receipt& receipt) const;
  void end();

  const domain::AggregateKind& kind_;
  const LiveOptions& options_;
  Surroundings& surroundings_;
  const std::string id_;
  Lane lane_;
  /// Bytes of events to come before the next snapshot.
  std::uint32_t until_snapshot_;
  bool ended_ = false;
  std::uint64_t incarnation_;
  std::uint64_t sequence_ = 0;
  std::uint64_t snapshot_on_its_way_ = 0;
  std::unique_ptr<domain::Message> state_;
  Version version_;
  Version snapshot_;
  /// Every id used since this moment (server time) is in `recents_`, or was there to be seen by the load.
  Timestamp floor_;
  Recents recents_;
  Timestamp last_taken_;
  CallQueue in_flight_;
  CallQueue looking_up_;
};

}  // namespace keel::actors

#pragma once

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors/held_lanes.hpp"
#include "actors/live_aggregate.hpp"
#include "actors/operator_call.hpp"
#include "actors/pending_call.hpp"
#include "actors/restoring.hpp"
#include "journal/ownership.hpp"
#include "journal/writer_item.hpp"

/// What the actors say to one another. Nothing here leaves the process.
namespace keel::actors {

/// Something that has one owner, on its way to the next. CAF asks every message to be copyable, but copies only what
/// several receivers share, and ours never do: a copy is a bug.
template <class T>
class Parcel {
 public:
  explicit Parcel(T content) : content_(std::move(content)) {}
  Parcel(Parcel&&) noexcept = default;
  Parcel& operator=(Parcel&&) noexcept = default;
  Parcel(const Parcel& other) : content_(refuse(other)) {}
  Parcel& operator=(const Parcel&) = delete;

  T& operator*() { return content_; }
  T* operator->() { return &content_; }

 private:
  [[noreturn]] static T&& refuse(const Parcel&) { throw std::logic_error("a parcel was copied"); }
  T content_;
};

/// Names a life of an aggregate to its lane.
struct LifeId {
  std::uint64_t hash;
  std::uint64_t incarnation;
};

namespace msg {

// -- to a lane: calls -----------------------------------------------------------------------------------------------
using Call = Parcel<std::unique_ptr<PendingCall>>;  // to an aggregate, too

// -- between a lane and its aggregates ------------------------------------------------------------------------------
/// Leave memory if you are idle; with `when_idle`, as soon as you are.
struct Rest {
  bool when_idle;
};
/// Nothing is on its way here, and what is worth a snapshot has one.
struct Rested {
  LifeId life;
};
struct StillBusy {
  LifeId life;
};
/// What was decided here may not be what the journal has.
struct Ended {
  LifeId life;
};
struct Crashed {
  LifeId life;
  std::string cause;
  std::optional<ops::Breakage> broken_by;
};

// -- to and from the writer -------------------------------------------------------------------------------------------
using Write = Parcel<journal::Item>;
struct ConfirmedItems {
  std::vector<journal::Outcome> outcomes;
  bool ended;
};
using Confirmed = Parcel<ConfirmedItems>;
struct Close {
  AggregateRef aggregate;
  LifeId life;
  caf::actor lane;
};
struct Closed {
  LifeId life;
};
/// A round of the writer, asked for by itself.
struct Round {
  std::uint64_t alarm;
};

// -- loading
// ------------------------------------------------------------------------------------------------------------
struct WantedLoad {
  const domain::AggregateKind* kind;
  AggregateRef aggregate;
  Lane lane;
  LifeId life;
  std::vector<Uuid> request_ids;
  caf::actor asker;
};
using Load = Parcel<WantedLoad>;
struct LoadedLife {
  LifeId life;
  LoadResult result;
  /// Those whose receipts came along, if they exist.
  std::vector<Uuid> request_ids;
};
using Loaded = Parcel<LoadedLife>;
struct WantedLookUp {
  std::string_view context;
  Lane lane;
  Uuid request_id;
  caf::actor asker;
};
using LookUp = Parcel<WantedLookUp>;
using Found = Parcel<std::vector<LookedUp>>;
/// A loader has answered its whole batch.
struct LoaderFree {
  std::size_t loader;
};
/// Look-ups have gathered for long enough.
struct LookUpsDue {};

// -- a lane's own clock and its supervisor --------------------------------------------------------------------------
struct Tick {};
/// The pause of an aggregate is over.
struct Again {
  LifeId life;
};
/// Every life may be wrong: close them all, load again.
struct Distrust {};
/// Refuse new calls, let what is on its way end, store snapshots, say `LaneRested`.
struct LaneRest {};
struct LaneRested {
  std::size_t lane;
};

// -- contexts and the top -------------------------------------------------------------------------------------------
/// Starts a child again after its pause.
struct Restart {
  std::size_t child;
};
/// The writer has adopted the lanes.
struct WriterReady {};
/// The writer found a bug: nothing that was loaded may be believed.
struct Distrusted {
  std::string why;
};
/// All lanes of the context take calls.
struct ContextOpen {
  std::uint64_t term;
};
/// From a context: its lanes belong to somebody else (or, `failed`, it gave up). From the owner: all of them are gone.
struct LanesLost {
  std::string context;
  std::string why;
  /// Which holding of the lanes is meant; news of an earlier one come too late.
  std::uint64_t term = 0;
  bool failed = false;
};
struct TookOver {
  std::vector<journal::ContextLanes> contexts;
};
struct StandingBy {
  std::vector<journal::Rival> rivals;
};
struct OwnerFault {
  std::string what;
};
/// The next step of the ownership.
struct Step {
  std::uint64_t alarm;
};
struct GiveUp {};
/// `problem` is empty when the lanes were given back.
struct GaveUp {
  std::string problem;
};
/// Let every lane rest, then say `ContextRested`.
struct ContextRest {};
struct ContextRested {};
/// End every runner, then say `ServicesStopped`.
struct StopServices {};
struct ServicesStopped {};
/// Makes and runs the hosted runner.
struct Run {};
struct Begin {};
struct Stop {};
/// A stage of the drain has had its time.
struct TimeOver {
  int stage;
};

// -- from operators ---------------------------------------------------------------------------------------------------
/// To guardian, load desk, context or lane: whoever supervises the actor that is meant.
using Operator = Parcel<OperatorCall>;
/// To an aggregate.
using Inspect = Parcel<Inspection>;
/// Throw this.
struct Break {
  std::string cause;
};
/// To a lane: end; a successor takes over what you know.
struct StepDown {};
/// To the guardian: nobody answered an operator in time.
struct Overdue {
  std::shared_ptr<FirstAnswer> answer;
};

}  // namespace msg
}  // namespace keel::actors

namespace caf {
template <class T>
struct allowed_unsafe_message_type<::keel::actors::Parcel<T>> : std::true_type {};
}  // namespace caf

#define KEEL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(::keel::actors::msg::type)
KEEL_MESSAGE(Rest)
KEEL_MESSAGE(Rested)
KEEL_MESSAGE(StillBusy)
KEEL_MESSAGE(Ended)
KEEL_MESSAGE(Crashed)
KEEL_MESSAGE(Close)
KEEL_MESSAGE(Closed)
KEEL_MESSAGE(Round)
KEEL_MESSAGE(LoaderFree)
KEEL_MESSAGE(LookUpsDue)
KEEL_MESSAGE(Tick)
KEEL_MESSAGE(Again)
KEEL_MESSAGE(Distrust)
KEEL_MESSAGE(LaneRest)
KEEL_MESSAGE(LaneRested)
KEEL_MESSAGE(Restart)
KEEL_MESSAGE(WriterReady)
KEEL_MESSAGE(Distrusted)
KEEL_MESSAGE(ContextOpen)
KEEL_MESSAGE(LanesLost)
KEEL_MESSAGE(TookOver)
KEEL_MESSAGE(StandingBy)
KEEL_MESSAGE(OwnerFault)
KEEL_MESSAGE(Step)
KEEL_MESSAGE(GiveUp)
KEEL_MESSAGE(GaveUp)
KEEL_MESSAGE(ContextRest)
KEEL_MESSAGE(ContextRested)
KEEL_MESSAGE(StopServices)
KEEL_MESSAGE(ServicesStopped)
KEEL_MESSAGE(Run)
KEEL_MESSAGE(Begin)
KEEL_MESSAGE(Stop)
KEEL_MESSAGE(TimeOver)
KEEL_MESSAGE(Break)
KEEL_MESSAGE(StepDown)
KEEL_MESSAGE(Overdue)
#undef KEEL_MESSAGE

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "journal/journal.hpp"
#include "kafka/event_message.hpp"
#include "query/lane_cursor.hpp"

namespace keel::query {

struct LaneRules {
  /// Most events of one transaction, and of one read of the journal.
  std::size_t batch = 1'000;
  /// Nothing from Kafka for so long, though the journal has more: read the journal.
  std::chrono::milliseconds silence{2'000};
  /// More newly parked aggregates than this within the window stop the lane.
  std::size_t max_newly_parked = 10;
  std::chrono::milliseconds parking_window{60'000};
  /// Pause after a fault: doubles from the first to the last.
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds last_pause{5'000};
};

enum class LaneState { following, healing, pausing, stopped };
std::string_view name_of(LaneState state);

/// Folds one lane into one generation of a projection, event by event in order, each exactly once.
///
/// What it is given may repeat, lack, or be out of order: it applies the next position only, and reads what is missing
/// from the journal. So no message and no Kafka offset ever needs to be right. Knows no threads and no Kafka client;
/// whoever owns it calls it from one thread, and tells it the time.
class LaneProjector {
 public:
  /// `projection` outlives it.
  LaneProjector(const Projection& projection, LanePlace place, LaneRules rules, ProjectionMetrics metrics,
                Timestamp now);

  // -- what comes in -----------------------------------------------------------------------------------------------
  /// A message from Kafka: taken when it is the next one of this incarnation, else forgotten; a hole starts healing.
  /// Forgotten while healing, too: what was published is in the journal already.
  void receive(const kafka::EventMessage& message, Timestamp now);
  /// Where the journal's lane ends now. Behind and silent: starts healing. `alone`: nothing can come from Kafka, so
  /// silence need not be waited for.
  void head_seen(Position head, bool alone, Timestamp now);
  /// What the store says of the lane now. Another revision than ours: somebody folded what was parked, so rows and
  /// parked aggregates are read anew.
  void revision_seen(std::int64_t revision);
  /// Reads the journal up to its head, whatever Kafka brings.
  void heal() { healing_ = true; }

  // -- what is done ------------------------------------------------------------------------------------------------
  /// Whether `work` has something to do now.
  bool has_work(Timestamp now) const;
  /// Takes in one batch: of what came, or of the journal. Blocks on the two sessions. Faults end in a pause.
  void work(ProjectionStore& store, journal::Journal& journal, Timestamp now);
  /// The same for several lanes of one generation, in order of context and lane: their batches are taken in together,
  /// or each by itself when that fails.
  static void work_together(std::span<LaneProjector* const> lanes, ProjectionStore& store, journal::Journal& journal,
                            Timestamp now);

  // -- what can be seen ----------------------------------------------------------------------------------------------
  const std::string& context() const { return cursor_.place().context; }
  Lane lane() const { return cursor_.lane(); }
  Position position() const { return checkpoint().position; }
  Position head() const { return head_; }
  LaneState state(Timestamp now) const;
  /// Why it stopped or pauses; else empty.
  const std::string& reason() const { return reason_; }
  bool caught_up() const { return !healing_ && pending_.empty() && !stale_; }
  std::size_t parked_aggregates() const { return cursor_.place().parked.size(); }
  /// When the last event that was taken in here was recorded; nothing before the first.
  std::optional<Timestamp> last_event_at() const { return cursor_.last_event_at(); }
  /// When the position last moved; at first, when this object was made.
  Timestamp last_progress_at() const { return cursor_.last_progress_at(); }

 private:
  using Events = std::span<const journal::RecordedEvent>;

  const Checkpoint& checkpoint() const { return cursor_.place().checkpoint; }
  Position next() const { return position().plus(static_cast<std::int64_t>(pending_.size()) + 1); }
  bool gather(ProjectionStore& store, journal::Journal& journal, Timestamp now);
  bool reload(ProjectionStore& store, Timestamp now);
  bool read_on(journal::Journal& journal, Timestamp now);
  /// What is taken in next.
  Events at_hand() const { return Events(pending_).first(std::min(pending_.size(), rules_.batch)); }
  static bool apply_together(std::span<LaneProjector* const> lanes, ProjectionStore& store);
  void apply_alone(ProjectionStore& store, Timestamp now);
  void applied(std::size_t events);
  StepOutcome apply(ProjectionStore& store, Events events, Timestamp now);
  StepOutcome park(ProjectionStore& store, const journal::RecordedEvent& event, const std::string& why, Timestamp now);
  StepOutcome ask_the_journal();
  void pause(std::string why, Timestamp now, std::string_view trace_id = {});
  void stop(std::string why, std::string_view trace_id = {});

  LaneCursor cursor_;
  const LaneRules rules_;
  /// What follows the checkpoint without a hole, not yet applied.
  std::vector<journal::RecordedEvent> pending_;
  /// Every byte of it is the journal's. What Kafka brought is never parked before the journal was asked.
  bool pending_is_journals_ = true;
  Position head_;
  Timestamp last_taken_;
  bool healing_ = true;
  /// The checkpoint may be another one than we think: read it before anything else.
  bool stale_ = false;
  bool stopped_ = false;
  std::string reason_;
  std::optional<Timestamp> pause_until_;
  std::chrono::milliseconds pause_{0};
  std::deque<Timestamp> newly_parked_;
};

}  // namespace keel::query

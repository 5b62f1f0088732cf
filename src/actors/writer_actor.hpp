#pragma once

#include <caf/event_based_actor.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/bells.hpp"
#include "actors/messages.hpp"
#include "actors/round_pace.hpp"
#include "actors/surroundings.hpp"
#include "journal/writer.hpp"

namespace keel::actors {

struct WriterParts {
  std::string context;
  std::vector<journal::HeldLane> lanes;
  std::shared_ptr<HeldLanes> held;
  std::shared_ptr<Bells> bells;
  caf::actor supervisor;
};

/// The thread of a context's writer. What comes in while a round blocks in the journal makes the next batch: a round is
/// a message to itself, so it runs after everything that was there before it.
class WriterActor final : public caf::event_based_actor, private journal::WriterHost, private journal::WriterObserver {
 public:
  WriterActor(caf::actor_config& config, const Setting& setting, WriterParts parts);
  const char* name() const override { return "writer"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  void make_failure_counters();
  void ask_for_round();
  void round(std::uint64_t alarm);
  bool waited_for_more();

  void lost(std::string_view context, std::string_view why) override;
  void distrusted(std::string_view context, std::string_view why) override;
  void retaken(std::string_view context, std::span<const journal::HeldLane> lanes) override;
  void committed(std::string_view context, std::span<const journal::HeldLane> grown,
                 std::span<const journal::StoredEvent> events) override;

  void appended(std::string_view context, const Append& append) override;
  void looked_up(std::string_view context, std::size_t answers, std::chrono::nanoseconds took) override;
  void dropped(std::string_view context, journal::Drop why, std::size_t items) override;
  void faulted(std::string_view context, const Fault& fault) override;
  void bug(std::string_view context, std::string_view what) override;

  const Setting& setting_;
  WriterParts parts_;
  ops::Histogram entries_;
  ops::Histogram append_seconds_;
  ops::Histogram look_up_seconds_;
  ops::Counter events_;
  ops::Counter bytes_;
  std::map<journal::AppendOutcome, ops::Counter> failures_;
  std::map<journal::Drop, ops::Counter> dropped_;
  ops::Counter bugs_;
  std::unique_ptr<journal::Writer> writer_;
  /// The alarm of the round that was asked for last; an older one comes too late.
  std::uint64_t alarm_ = 0;
  bool round_asked_ = false;
  RoundPace pace_;
};

}  // namespace keel::actors

#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dashboard/event_hub.hpp"
#include "dashboard/process_watch.hpp"
#include "dashboard/projection_watch.hpp"
#include "dashboard/sample.hpp"
#include "dashboard/series.hpp"

namespace keel::dashboard {

/// Looks at the whole system once a `sample_interval`, but only while somebody watches: a client follows live events,
/// or somebody asked within the last 15 s. What it sees goes to the hub, to the series, and to whoever asks for the
/// latest. Nobody waits for a process or a database that does not answer: it looks on its own thread.
class Gatherer {
 public:
  struct Options {
    std::chrono::milliseconds sample_interval{1'000};
    std::chrono::milliseconds watched_for = std::chrono::seconds(15);
    /// How long somebody who asks waits for the first look.
    std::chrono::milliseconds patience{3'000};
  };
  struct Sources {
    Directory& directory;
    ProcessWatch& processes;
    ProjectionWatch& projections;
    Stores& stores;
    EventHub& hub;
    Series& series;
  };

  /// Everything outlives it.
  Gatherer(Options options, Sources sources);
  /// As `stop`.
  ~Gatherer();
  Gatherer(const Gatherer&) = delete;
  Gatherer& operator=(const Gatherer&) = delete;

  /// The latest look, which is at most some three intervals old; waits for one when there is none.
  /// UNAVAILABLE/NOTHING_SEEN_YET.
  Outcome<std::shared_ptr<const Sample>> latest();
  /// Looks now, because something was changed, and again a moment later, when what follows from it has happened.
  void look_soon();
  void stop();

 private:
  void run();
  bool due() const;
  void look();
  void add_recent(Sample& sample);
  void add_rates(Sample& sample, std::int64_t events);
  void note_changes(Sample& sample) const;
  void add_series(const Sample& sample);
  void show(const Sample& sample, const Json& news);

  using SteadyClock = std::chrono::steady_clock;
  const Options options_;
  const Sources sources_;

  // -- of the looking thread ---------------------------------------------------------------------------------
  std::deque<Json> recent_;
  bool knows_the_past_ = false;
  struct Totals {
    SteadyClock::time_point at;
    std::map<Uuid, CommandTotals> commands;
    std::int64_t events = 0;
  };
  std::optional<Totals> totals_;

  // -- shared ------------------------------------------------------------------------------------------------
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable seen_;
  std::shared_ptr<const Sample> latest_;
  SteadyClock::time_point looked_at_;
  SteadyClock::time_point asked_at_;
  /// When looks are due that nobody's interval asks for, earliest first.
  std::deque<SteadyClock::time_point> soon_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace keel::dashboard

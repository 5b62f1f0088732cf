#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ops/metrics.hpp"
#include "query/held_generations.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_replay_gauges.hpp"
#include "query/postgres_table_sql.hpp"
#include "query/projection.hpp"
#include "query/row_feed.hpp"
#include "query/visibility_board.hpp"

namespace keel::query {

/// Watches one projection in the read store: which generation is live, its checkpoints, what is parked, and the rows
/// that changed. Each look reads them in one snapshot, hands the rows to the feeds, then shows the checkpoints on the
/// board; so what a feed knows is never older than what the board says. Woken by the notification of a projector or of
/// a promotion; looks again after `look_every` in any case. The generations that calls still read are held, so that
/// nobody drops them. One thread, one session.
class PostgresWatcher {
 public:
  struct Options {
    std::string dsn;
    std::chrono::milliseconds look_every{1'000};
    /// Looks are at least this far apart, however often the projector commits.
    std::chrono::milliseconds breath{2};
    std::chrono::milliseconds reopen_after{500};
    /// How often it is looked whether calls have left a generation that is no longer live.
    std::chrono::milliseconds let_go_every{20};
  };
  /// Feeds by the index of their table. A projection that is followed reads one context, because a row names its lane
  /// only by number. Everything outlives the watcher.
  using Feeds = std::map<std::size_t, std::unique_ptr<RowFeed>>;

  PostgresWatcher(const Projection& projection, const Feeds& feeds, VisibilityBoard& board, Options options);
  /// Stops and joins.
  ~PostgresWatcher();

  /// Why the projection cannot be watched now; nothing when it can. Any thread.
  std::optional<std::string> trouble() const;

 private:
  struct Look;

  void run();
  bool open();
  void leave_generation();
  void wait();
  void rest(std::chrono::milliseconds time) const;
  /// False when the session is gone.
  bool look();
  void show_last_rebuild();
  void read(Look& look);
  /// False: what was shown last is served on.
  bool can_serve(const postgres::Answer& live);
  bool can_read(std::int32_t version);
  /// Not one that is being dropped: then another one is live by now.
  void follow(std::int64_t generation);
  void take(Look& look) const;
  bool must_look_again(const Visible& visible);
  void hand_out(Look& look);
  void complain(std::string why);
  void well();

  const Projection& projection_;
  const Feeds& feeds_;
  VisibilityBoard& board_;
  const Options options_;
  ops::Gauge seen_at_;
  ops::Gauge outdated_;
  ReplayGauges last_rebuild_;
  std::int32_t seen_version_ = 0;
  std::unique_ptr<postgres::Session> session_;
  /// The one that is looked at; 0: none yet.
  std::int64_t generation_ = 0;
  HeldGenerations held_;
  HeldGenerations::Hold hold_;
  std::map<std::size_t, TableSql> sql_;
  std::chrono::steady_clock::time_point next_gauges_;
  /// Revisions of the lanes as of the last look, which also says how many lanes there are.
  std::vector<std::int64_t> revisions_;
  mutable std::mutex trouble_mutex_;
  /// Empty: none.
  std::string trouble_;
  std::atomic<bool> stopping_{false};
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace keel::query

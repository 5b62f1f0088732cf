#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "journal/journal.hpp"
#include "kafka/consumer.hpp"
#include "query/followed_lanes.hpp"
#include "query/intake_pace.hpp"
#include "query/lane_choice.hpp"
#include "query/partition_follower.hpp"
#include "query/read_model.hpp"

namespace keel::query {

struct ProjectorOptions {
  LaneChoice lanes;
  /// Which generation it keeps up; nothing: whichever is live.
  std::optional<std::int64_t> generation;
  LaneRules rules;
  /// How often journal heads, the live generation and `paused` are looked at.
  std::chrono::milliseconds look_every{1'000};
  /// How long it gathers what Kafka brings in pieces.
  IntakePace::Rules pace{};
  /// How long the broker may take to tell where its partitions end.
  std::chrono::milliseconds broker_patience{1'000};
  Clock clock = system_now;
};

enum class ProjectorState {
  starting,
  running,
  /// `projections.paused` says so.
  paused,
  /// It waits for a person: another incarnation, another version, never migrated.
  stopped,
  /// Read store or journal cannot be reached; it tries again.
  faulted,
};
std::string_view name_of(ProjectorState state);

struct LaneStatus {
  std::string context;
  Lane lane;
  Position position;
  Position head;
  LaneState state = LaneState::following;
  /// It takes what Kafka brings; else it heals from the journal alone.
  bool on_kafka = false;
  std::string reason;
};

/// A projector as people see it; at most `look_every` old.
struct ProjectorStatus {
  std::string projection;
  ProjectorState state = ProjectorState::starting;
  /// Why it is not running; else empty.
  std::string reason;
  std::int64_t generation = 0;
  std::vector<LaneStatus> lanes;
};

/// Keeps one generation of a projection up to the journal: one thread, one consumer, one session on each store.
///
/// Every lane begins at Kafka's end offset, heals from the journal up to its head, then follows Kafka. Whatever is
/// lost, repeated or reordered on the way, and a broker that is gone, is healed from the journal within `look_every` or
/// the rules' silence. docs/protocol.md, "Projection".
class Projector {
 public:
  struct Sources {
    OpenProjectionStore store;
    journal::OpenJournal journal;
    kafka::OpenConsumer consumer;
  };

  Projector(Projection projection, Sources sources, ProjectorOptions options);
  /// Stops and joins.
  ~Projector();

  /// Starts the thread. Once.
  void start();
  /// Ends after the batch in hand. Any thread; returns when the thread is gone. What is committed stays; the rest
  /// comes again.
  void stop();
  /// Any thread.
  ProjectorStatus status() const;

 private:
  void run();
  Result<std::optional<FedGeneration>> find_generation();
  bool have_sessions(Timestamp now);
  void look(Timestamp now);
  std::optional<std::string> why_stopped(const std::optional<FedGeneration>& found) const;
  bool have_lanes(const FedGeneration& found, const journal::Identity& identity, Timestamp now);
  std::vector<Lane> missing_lanes(const std::string& context);
  bool add_lanes(const std::string& context, std::vector<Lane> lanes, Timestamp now);
  void drop_lanes();
  void compare_with_journal(Timestamp now);
  void notice_retries();
  void consume(Timestamp now);
  void poll(std::chrono::milliseconds wait);
  void gather();
  void work(Timestamp now);
  void publish_status(ProjectorState state, std::string reason, Timestamp now);
  bool busy(Timestamp now) const;
  void rest(std::chrono::milliseconds time);

  const Projection projection_;
  const Sources sources_;
  const ProjectorOptions options_;
  const ProjectionMetrics metrics_;
  const StateGauges states_;
  std::unique_ptr<ProjectionStore> store_;
  std::unique_ptr<journal::Journal> journal_;
  FollowedLanes lanes_;
  PartitionFollower follower_;
  IntakePace pace_;
  std::optional<FedGeneration> generation_;
  journal::Identity identity_;
  Timestamp next_look_;

  std::atomic<bool> stopping_{false};
  std::mutex resting_;
  std::condition_variable awake_;
  mutable std::mutex status_mutex_;
  ProjectorStatus status_;
  std::thread thread_;
};

}  // namespace keel::query

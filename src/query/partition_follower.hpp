#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/clock.hpp"
#include "kafka/consumer.hpp"
#include "query/followed_lanes.hpp"

namespace keel::query {

/// Brings a projector's lanes what Kafka has: each lane begins at its partition's end, heals from the journal up to
/// there, then goes on with what the partition brings. No broker, or one that is gone: the lanes heal from the journal
/// alone. One consumer, made anew when it is lost; one thread.
class PartitionFollower {
 public:
  struct Options {
    std::string projection;
    /// Kafka shares the partitions out among the processes of a group.
    bool group = false;
    /// Most messages of one poll.
    std::size_t batch = 4'000;
    /// How long the broker may take to tell where its partitions end.
    std::chrono::milliseconds broker_patience{1'000};
  };

  /// `lanes` outlives it.
  PartitionFollower(Options options, kafka::OpenConsumer open, FollowedLanes& lanes, ops::Counter foreign)
      : options_(std::move(options)), open_(std::move(open)), lanes_(lanes), foreign_(std::move(foreign)) {}

  /// Asks the broker where the partitions end, for lanes that do not follow it yet.
  void find_ends();
  /// Once the lanes that know their end offsets have healed past them, all of them go on from there.
  void assign_if_healed(Timestamp now);
  /// Whether there is something to poll.
  bool listens() const { return consumer_ && (assigned_anything_ || options_.group); }
  /// Hands the lanes what has come. True when partitions came, went, or lost their place: the lanes are to be looked
  /// at.
  bool poll(std::chrono::milliseconds wait, const Clock& clock);
  /// Group mode: whether the partition is this process's now.
  bool joined(const std::string& topic, std::int32_t partition) const { return joined_.contains({topic, partition}); }
  /// Before the lanes go.
  void let_go();

 private:
  void give_up_silent_consumer();
  void lose_consumer(const std::string& why);
  void forget_offsets();
  /// The same answer as `poll`.
  bool follow_changes(const kafka::Fetched& fetched);
  void receive(const kafka::Fetched& fetched, Timestamp now);

  const Options options_;
  const kafka::OpenConsumer open_;
  FollowedLanes& lanes_;
  /// Messages that are none of ours.
  const ops::Counter foreign_;
  std::unique_ptr<kafka::Consumer> consumer_;
  std::set<std::pair<std::string, std::int32_t>> joined_;
  bool assigned_anything_ = false;
};

}  // namespace keel::query

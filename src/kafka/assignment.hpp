#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/native.hpp"

namespace keel::kafka {

/// In librdkafka's own form.
native::Partitions partition_list(std::span<const Place> places);

/// The partitions that a librdkafka consumer is to read, where each goes on, and when the client is told.
///
/// librdkafka (2.0.2, and up to 2.15: its issue 5573) ends the process when a partition is stopped again before its
/// last stop was answered. So partitions that are added leave the others alone, and a whole assignment replaces another
/// one only when that one is old enough; until then nothing is read.
class Assignment {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// A member of a group may only replace its assignment.
  explicit Assignment(bool of_group) : of_group_(of_group) {}

  void want(std::span<const Place> places);
  /// Null: not assigned.
  Place* find(std::string_view topic, std::int32_t partition);
  /// False: not assigned.
  bool seek(const Place& place);
  /// The client gave them up by itself.
  void drop(std::span<const Place> places, Instant now);
  /// A new client knows nothing yet.
  void begin_anew();
  /// A new member of the group is told nothing before it joins. What was wanted.
  std::vector<Place> give_up();

  /// Tells the client what changed, if it may be told now. The error's name; empty: none.
  std::string tell(rd_kafka_t* client, Instant now);
  /// For how long the client may not be told yet; 0: it knows everything.
  std::chrono::milliseconds unsettled(Instant now) const;

 private:
  bool only_adds(std::span<const Place> places) const;

  const bool of_group_;
  /// Offset to read next, of every partition.
  std::vector<Place> next_;
  std::size_t latest_ = 0;
  /// Partitions that the client does not know yet; meaningless when all are to be replaced.
  std::vector<Place> added_;
  bool replace_ = false;
  Instant replaced_at_{};
};

}  // namespace keel::kafka

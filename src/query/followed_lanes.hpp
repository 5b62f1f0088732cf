#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "query/lane_projector.hpp"
#include "query/projector_metrics.hpp"

namespace keel::query {

/// A lane that is folded, what is shown of it, and where it goes on in its Kafka partition.
struct FollowedLane {
  enum class Following { no, when_healed, yes };

  FollowedLane(LaneProjector projector, const LaneGauges& shown) : lane(std::move(projector)), gauges(shown) {}
  ~FollowedLane() { gauges.clear(); }
  FollowedLane(const FollowedLane&) = delete;
  FollowedLane& operator=(const FollowedLane&) = delete;

  /// Sets the gauges.
  void show(Timestamp now) const;

  LaneProjector lane;
  LaneGauges gauges;
  Following following = Following::no;
  /// Where the partition goes on; meaningful unless `following` is `no`.
  std::int64_t offset = 0;
};

/// The lanes that a projector folds, by topic and partition.
class FollowedLanes {
 public:
  using OfTopic = std::map<std::int32_t, std::unique_ptr<FollowedLane>>;
  using Topics = std::map<std::string, OfTopic, std::less<>>;

  const Topics& topics() const { return topics_; }
  bool empty() const { return topics_.empty(); }
  /// Null: it is not folded here.
  FollowedLane* find(std::string_view topic, std::int32_t partition) const;
  void add(const std::string& topic, std::int32_t partition, std::unique_ptr<FollowedLane> lane);
  void drop(std::string_view topic, std::int32_t partition);
  void clear() { topics_.clear(); }

 private:
  Topics topics_;
};

}  // namespace keel::query

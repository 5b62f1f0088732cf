#include "query/partition_follower.hpp"

#include <vector>

#include "kafka/event_message.hpp"
#include "ops/log.hpp"

namespace keel::query {
namespace {

using Following = FollowedLane::Following;

}  // namespace

void PartitionFollower::find_ends() {
  if (!consumer_) {
    auto opened = open_();
    if (!opened) return;
    consumer_ = *std::move(opened);
  }
  for (const auto& [topic, lanes] : lanes_.topics()) {
    std::vector<std::int32_t> partitions;
    for (const auto& [number, followed] : lanes) {
      if (followed->following == Following::no) partitions.push_back(number);
    }
    if (partitions.empty()) continue;
    const auto ends = consumer_->end_offsets(topic, partitions, options_.broker_patience);
    if (!ends) return give_up_silent_consumer();
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      auto& followed = *lanes.at(partitions[i]);
      followed.following = Following::when_healed;
      followed.offset = (*ends)[i];
      followed.lane.heal();
    }
  }
}

/// A client that has found no broker yet is built anew at the next look, addresses read again. One that follows or is a
/// member of a group mends itself.
void PartitionFollower::give_up_silent_consumer() {
  if (!assigned_anything_ && !options_.group) consumer_.reset();
}

void PartitionFollower::assign_if_healed(Timestamp now) {
  std::vector<FollowedLane*> ready;
  std::vector<kafka::Place> places;
  bool anybody_new = false;
  for (const auto& [topic, lanes] : lanes_.topics()) {
    for (const auto& [number, followed] : lanes) {
      const auto state = followed->lane.state(now);
      const bool waits = state == LaneState::pausing && followed->following == Following::when_healed;
      if (waits || state == LaneState::stopped || followed->following == Following::no) continue;
      if (followed->following == Following::when_healed && !followed->lane.caught_up()) return;
      anybody_new |= followed->following == Following::when_healed;
      ready.push_back(followed.get());
      places.push_back({topic, number, followed->offset});
    }
  }
  if (!anybody_new || !consumer_) return;
  if (const auto assigned = consumer_->assign(places); !assigned) return lose_consumer(assigned.fault().what);
  assigned_anything_ = true;
  for (auto* followed : ready) followed->following = Following::yes;
}

void PartitionFollower::let_go() {
  if (consumer_ && assigned_anything_) {
    if (const auto dropped = consumer_->assign({}); !dropped) consumer_.reset();
  }
  assigned_anything_ = false;
}

void PartitionFollower::lose_consumer(const std::string& why) {
  log::warn("projector", "cannot follow Kafka; heals from the journal alone",
            {{"projection", options_.projection}, {"why", why}});
  consumer_.reset();
  assigned_anything_ = false;
  joined_.clear();
  forget_offsets();
}

void PartitionFollower::forget_offsets() {
  for (const auto& [topic, lanes] : lanes_.topics()) {
    for (const auto& [number, followed] : lanes) followed->following = Following::no;
  }
}

bool PartitionFollower::poll(std::chrono::milliseconds wait, const Clock& clock) {
  const auto fetched = consumer_->poll(wait, options_.batch);
  if (!fetched) return lose_consumer(fetched.fault().what), false;
  const bool changed = follow_changes(*fetched);
  receive(*fetched, clock());
  return changed;
}

bool PartitionFollower::follow_changes(const kafka::Fetched& fetched) {
  for (const auto& joined : fetched.joined) joined_.insert({joined.topic, joined.partition});
  for (const auto& left : fetched.left) {
    joined_.erase({left.topic, left.partition});
    lanes_.drop(left.topic, left.partition);
  }
  for (const auto& gone : fetched.gone) {
    if (auto* followed = lanes_.find(gone.topic, gone.partition)) followed->following = Following::no;
  }
  if (fetched.reconnected) forget_offsets();
  return !fetched.joined.empty() || !fetched.left.empty() || !fetched.gone.empty() || fetched.reconnected;
}

void PartitionFollower::receive(const kafka::Fetched& fetched, Timestamp now) {
  for (const auto& message : fetched.messages) {
    auto* followed = lanes_.find(message.topic, message.partition);
    if (followed == nullptr || followed->following != Following::yes) continue;
    followed->offset = message.offset + 1;
    if (const auto event = kafka::decode_event(message)) {
      followed->lane.receive(*event, now);
    } else {
      foreign_.add();
    }
  }
}

}  // namespace keel::query

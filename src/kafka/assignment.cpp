#include "kafka/assignment.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace keel::kafka {
namespace {

/// Long enough for every stop to be answered, by a broker thread that is connecting, too.
constexpr std::chrono::milliseconds between_replacements{500};

bool same_partition(const Place& a, const Place& b) { return a.partition == b.partition && a.topic == b.topic; }

}  // namespace

native::Partitions partition_list(std::span<const Place> places) {
  native::Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const auto& place : places) {
    rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition)->offset = place.offset;
  }
  return list;
}

void Assignment::want(std::span<const Place> places) {
  if (!replace_ && only_adds(places)) {
    std::ranges::copy_if(places, std::back_inserter(added_),
                         [&](const Place& place) { return std::ranges::count(next_, place) == 0; });
  } else {
    replace_ = true;
  }
  next_.assign(places.begin(), places.end());
}

bool Assignment::only_adds(std::span<const Place> places) const {
  return !of_group_ &&
         std::ranges::all_of(next_, [&](const Place& known) { return std::ranges::count(places, known) == 1; });
}

/// Messages come in runs of one partition.
Place* Assignment::find(std::string_view topic, std::int32_t partition) {
  const auto is_it = [&](const Place& place) { return place.partition == partition && place.topic == topic; };
  if (latest_ < next_.size() && is_it(next_[latest_])) return &next_[latest_];
  const auto found = std::ranges::find_if(next_, is_it);
  if (found == next_.end()) return nullptr;
  latest_ = static_cast<std::size_t>(found - next_.begin());
  return &*found;
}

bool Assignment::seek(const Place& place) {
  Place* known = find(place.topic, place.partition);
  if (known == nullptr) return false;
  known->offset = place.offset;
  replace_ = true;
  return true;
}

void Assignment::drop(std::span<const Place> places, Instant now) {
  if (places.empty()) return;
  replaced_at_ = now;
  std::erase_if(next_, [&](const Place& at) {
    return std::ranges::any_of(places, [&](const Place& gone) { return same_partition(at, gone); });
  });
  if (next_.empty()) replace_ = false;
}

void Assignment::begin_anew() {
  replace_ = true;
  replaced_at_ = {};
}

std::vector<Place> Assignment::give_up() {
  replace_ = false;
  added_.clear();
  return std::exchange(next_, {});
}

std::string Assignment::tell(rd_kafka_t* client, Instant now) {
  if (unsettled(now).count() > 0) return {};
  if (replace_) {
    replace_ = false;
    added_.clear();
    replaced_at_ = now;
    const auto error = rd_kafka_assign(client, partition_list(next_).get());
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::string() : rd_kafka_err2str(error);
  }
  if (added_.empty()) return {};
  const std::unique_ptr<rd_kafka_error_t, native::Destroy<rd_kafka_error_destroy>> error(
      rd_kafka_incremental_assign(client, partition_list(added_).get()));
  added_.clear();
  return error ? rd_kafka_error_string(error.get()) : std::string();
}

std::chrono::milliseconds Assignment::unsettled(Instant now) const {
  const auto since = now - replaced_at_;
  if (!replace_ || since >= between_replacements) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(between_replacements - since);
}

}  // namespace keel::kafka

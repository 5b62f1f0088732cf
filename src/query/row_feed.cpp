#include "query/row_feed.hpp"

#include <algorithm>
#include <utility>

namespace keel::query {

std::shared_ptr<const Row> RowFeed::find(const std::string& key) const {
  const std::shared_lock lock(rows_mutex_);
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : found->second;
}

std::shared_ptr<void> RowFeed::follow(const std::string& key, Told told) {
  const std::lock_guard lock(followers_mutex_);
  const auto id = next_id_++;
  followers_[key].push_back({id, std::move(told)});
  return {this, [key, id](RowFeed* feed) { feed->unfollow(key, id); }};
}

void RowFeed::unfollow(const std::string& key, std::uint64_t id) {
  const std::lock_guard lock(followers_mutex_);
  const auto found = followers_.find(key);
  if (found == followers_.end()) return;
  std::erase_if(found->second, [id](const Follower& follower) { return follower.id == id; });
  if (found->second.empty()) followers_.erase(found);
}

bool RowFeed::needed() const {
  const std::lock_guard lock(followers_mutex_);
  return kept_ || !followers_.empty();
}

RowFeed::Seen RowFeed::seen(std::size_t lane_count) const {
  const std::lock_guard lock(followers_mutex_);
  Seen seen = seen_;
  seen.resize(std::max(lane_count, seen.size()));
  return seen;
}

void RowFeed::take(std::vector<Row> rows) {
  std::vector<std::shared_ptr<const Row>> shared;
  shared.reserve(rows.size());
  for (auto& row : rows) shared.push_back(std::make_shared<const Row>(std::move(row)));
  if (kept_) keep(shared);
  tell(shared);
}

void RowFeed::keep(const std::vector<std::shared_ptr<const Row>>& rows) {
  const std::unique_lock lock(rows_mutex_);
  if (std::exchange(anew_, false)) rows_.clear();
  for (const auto& row : rows) rows_[text_of(row->values.front())] = row;
}

void RowFeed::tell(const std::vector<std::shared_ptr<const Row>>& rows) {
  std::vector<std::pair<Told, std::shared_ptr<const Row>>> telling;
  {
    const std::lock_guard lock(followers_mutex_);
    if (followers_.empty()) return;
    for (const auto& row : rows) {
      const auto found = followers_.find(text_of(row->values.front()));
      if (found == followers_.end()) continue;
      for (const auto& follower : found->second) telling.emplace_back(follower.told, row);
    }
  }
  for (const auto& [told, row] : telling) told(row);
}

void RowFeed::advance(const Seen& seen, bool included) {
  const std::lock_guard lock(followers_mutex_);
  if (included || (!kept_ && followers_.empty())) seen_ = seen;
}

void RowFeed::rewind(Lane lane) {
  const std::lock_guard lock(followers_mutex_);
  const auto number = static_cast<std::size_t>(lane.value);
  if (number < seen_.size()) seen_[number] = Position{};
}

void RowFeed::begin_anew() {
  {
    const std::lock_guard lock(followers_mutex_);
    seen_.clear();
  }
  const std::unique_lock lock(rows_mutex_);
  anew_ = true;
}

}  // namespace keel::query

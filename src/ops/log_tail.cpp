#include "ops/log_tail.hpp"

#include <algorithm>
#include <utility>

namespace keel::log {

void Tail::add(Level level, std::string line) {
  const std::lock_guard lock(mutex_);
  for (std::size_t least = 0; least <= static_cast<std::size_t>(level); ++least) ++counts_[least];
  bytes_ += line.size();
  ring_.push_back({counts_, std::move(line)});
  while (ring_.size() > options_.lines || bytes_ > options_.bytes) {
    forgotten_ = ring_.front().counts;
    bytes_ -= ring_.front().text.size();
    ring_.pop_front();
  }
}

std::deque<Tail::Line>::const_iterator Tail::find(std::uint64_t place, std::size_t least) const {
  return std::ranges::partition_point(ring_, [&](const Line& line) { return line.counts[least] <= place; });
}

std::uint64_t Tail::place_before(std::size_t backlog, Level least) const {
  const auto level = static_cast<std::size_t>(least);
  const std::lock_guard lock(mutex_);
  const std::uint64_t all = counts_[level];
  return std::max(forgotten_[level], all - std::min<std::uint64_t>(backlog, all));
}

Tail::Taken Tail::take(std::uint64_t place, Level least, std::size_t limit) const {
  const auto level = static_cast<std::size_t>(least);
  const std::lock_guard lock(mutex_);
  Taken taken;
  const auto first = find(place, level);
  const std::uint64_t next = first == ring_.end() ? counts_[level] + 1 : first->counts[level];
  taken.missed = next > place + 1 ? next - place - 1 : 0;
  taken.place = place + taken.missed;
  for (auto line = first; line != ring_.end() && taken.lines.size() < limit; ++line) {
    if (line->counts[level] == taken.place) continue;
    taken.place = line->counts[level];
    taken.lines.push_back(line->text);
  }
  return taken;
}

Tail& tail() {
  static Tail* const instance = new Tail;
  return *instance;
}

}  // namespace keel::log

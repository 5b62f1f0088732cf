#include "query/visibility_board.hpp"

#include <iterator>
#include <optional>
#include <utility>

namespace keel::query {
namespace {

/// Nothing as long as waiting makes sense.
std::optional<Waited> end_of(const std::vector<Token>& tokens, const Visible* visible) {
  if (visible == nullptr) return {};
  bool all_visible = true;
  for (const auto& token : tokens) {
    switch (standing(token, *visible)) {
      case TokenStanding::visible:
        break;
      case TokenStanding::not_yet:
        all_visible = false;
        break;
      case TokenStanding::outdated:
        return Waited::outdated;
      case TokenStanding::unknown_lane:
        return Waited::unknown_lane;
      case TokenStanding::parked:
        return Waited::parked;
    }
  }
  if (!all_visible) return {};
  return Waited::visible;
}

}  // namespace

VisibilityBoard::VisibilityBoard(Options options) : options_(options), deadlines_([this] { watch_deadlines(); }) {}

VisibilityBoard::~VisibilityBoard() {
  close();
  deadlines_.join();
}

std::shared_ptr<const Visible> VisibilityBoard::now() const {
  const std::lock_guard lock(mutex_);
  return visible_;
}

std::size_t VisibilityBoard::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

void VisibilityBoard::await(std::vector<Token> tokens, Timestamp deadline, std::function<bool()> gone, Then then) {
  std::unique_lock lock(mutex_);
  const auto visible = visible_;
  const auto ended = closed_ ? Waited::stopping : end_of(tokens, visible.get());
  if (!ended && waiters_.size() < options_.max_waiting) {
    const auto until = deadline - options_.before_deadline;
    const auto place = waiters_.emplace(until, Waiter{std::move(tokens), std::move(gone), std::move(then)});
    if (place == waiters_.begin()) changed_.notify_one();
    return;
  }
  lock.unlock();
  then(ended.value_or(Waited::too_many), visible);
}

void VisibilityBoard::show(std::shared_ptr<const Visible> visible) {
  std::vector<std::pair<Then, Waited>> ended;
  {
    const std::lock_guard lock(mutex_);
    visible_ = visible;
    for (auto at = waiters_.begin(); at != waiters_.end();) {
      auto& waiter = at->second;
      const auto end = end_of(waiter.tokens, visible.get());
      if (end) ended.emplace_back(std::move(waiter.then), *end);
      at = end || waiter.gone() ? waiters_.erase(at) : std::next(at);
    }
  }
  for (auto& [then, end] : ended) then(end, visible);
}

VisibilityBoard::Waiters VisibilityBoard::take_late(Timestamp now) {
  Waiters late;
  while (!waiters_.empty() && waiters_.begin()->first <= now) late.insert(waiters_.extract(waiters_.begin()));
  return late;
}

void VisibilityBoard::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (waiters_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, std::chrono::system_clock::time_point(waiters_.begin()->first));
    }
    const auto late = take_late(system_now());
    const auto visible = visible_;
    lock.unlock();
    for (const auto& [until, waiter] : late) waiter.then(visible ? Waited::not_yet : Waited::nothing_seen, visible);
    lock.lock();
  }
}

void VisibilityBoard::close() {
  Waiters left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(waiters_);
  }
  changed_.notify_all();
  for (const auto& [until, waiter] : left) waiter.then(Waited::stopping, nullptr);
}

}  // namespace keel::query

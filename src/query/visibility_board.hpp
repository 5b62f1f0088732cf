#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "query/visible.hpp"

namespace keel::query {

/// How a wait for tokens ended.
enum class Waited {
  visible,
  /// The deadline is near and a token is not visible yet.
  not_yet,
  /// Nothing was ever seen of the projection: the read store cannot be reached, or was never migrated.
  nothing_seen,
  /// A token of another incarnation of the journal.
  outdated,
  /// A token of a lane that the context does not have.
  unknown_lane,
  /// A token stands for a parked event.
  parked,
  /// Too many calls wait already.
  too_many,
  /// The process is stopping.
  stopping,
};

/// Where calls wait until what they ask for is visible. Any thread; callbacks run on the thread that makes the wait
/// end: the caller's own when it need not wait, else the watcher's or the board's. They must not block.
class VisibilityBoard {
 public:
  struct Options {
    std::size_t max_waiting = 10'000;
    /// Answers go out this long before a call's deadline, so that they arrive in time.
    std::chrono::milliseconds before_deadline{20};
  };
  /// `visible` is null only for `nothing_seen`, `too_many` and `stopping`.
  using Then = std::function<void(Waited waited, std::shared_ptr<const Visible> visible)>;

  explicit VisibilityBoard(Options options);
  ~VisibilityBoard();

  /// What was seen last; null before the first look.
  std::shared_ptr<const Visible> now() const;
  /// Publishes what was seen, and ends the waits that it fulfils.
  void show(std::shared_ptr<const Visible> visible);
  /// Ends when every token is visible, or `deadline` is near. `gone` says that nobody wants the answer any more.
  void await(std::vector<Token> tokens, Timestamp deadline, std::function<bool()> gone, Then then);
  /// Ends all waits with `stopping`, and every later one.
  void close();
  std::size_t waiting() const;

 private:
  struct Waiter {
    std::vector<Token> tokens;
    std::function<bool()> gone;
    Then then;
  };
  /// By the moment at which they are told that it is too late.
  using Waiters = std::multimap<Timestamp, Waiter>;

  void watch_deadlines();
  Waiters take_late(Timestamp now);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Visible> visible_;
  Waiters waiters_;
  bool closed_ = false;
  std::thread deadlines_;
};

}  // namespace keel::query

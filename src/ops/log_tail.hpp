#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "ops/log.hpp"

namespace keel::log {

/// The latest lines of a process as JSON objects, for people who look on: a ring, bounded in lines and bytes, that no
/// reader can hold up. A reader keeps its place, counted in lines that are loud enough for it, and is told how many of
/// those it missed because the ring had turned. Any thread.
class Tail {
 public:
  struct Options {
    std::size_t lines = 2'000;
    std::size_t bytes = 2 << 20;
  };

  struct Taken {
    /// Oldest first.
    std::vector<std::string> lines;
    /// Before the first of them.
    std::uint64_t missed = 0;
    /// Where to go on.
    std::uint64_t place = 0;
  };

  Tail() : Tail(Options{}) {}
  explicit Tail(Options options) : options_(options) {}

  /// `level` is not `off`.
  void add(Level level, std::string line);

  /// The place before the latest `backlog` lines of this level and above that are kept.
  std::uint64_t place_before(std::size_t backlog, Level least) const;
  /// At most `limit` lines of this level and above, after a place.
  Taken take(std::uint64_t place, Level least, std::size_t limit) const;

 private:
  /// For each level, how many lines of it and above there were.
  using Counts = std::array<std::uint64_t, 4>;
  struct Line {
    Counts counts;
    std::string text;
  };
  /// The first line of the ring that is loud enough and after the place.
  std::deque<Line>::const_iterator find(std::uint64_t place, std::size_t least) const;

  const Options options_;
  mutable std::mutex mutex_;
  std::deque<Line> ring_;
  std::size_t bytes_ = 0;
  Counts counts_{};
  /// Of the last line that fell out of the ring.
  Counts forgotten_{};
};

/// Of this process: every line that is written goes there, too. Never destroyed.
Tail& tail();

}  // namespace keel::log

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel::dashboard {

/// So much within a window of time: of each (an address, a person), and of all together. Remembers at most `of_all`
/// takers. One thread at a time.
class Ration {
 public:
  struct Limits {
    std::size_t of_each = 5;
    std::size_t of_all = 50;
    std::chrono::milliseconds window = std::chrono::minutes(1);
  };

  explicit Ration(Limits limits) : limits_(limits) {}

  /// Whether nothing is left for this one now.
  bool spent(std::string_view taker, Timestamp now);
  /// One more; only while it is not spent.
  void take(std::string_view taker, Timestamp now) { taken_.push_back({now, std::string(taker)}); }

 private:
  struct Taken {
    Timestamp at;
    std::string taker;
  };

  const Limits limits_;
  std::deque<Taken> taken_;
};

}  // namespace keel::dashboard

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "core/clock.hpp"
#include "dashboard/json.hpp"

namespace keel::dashboard {

/// The last quarter of an hour of a few numbers, for sparklines. Filled only while somebody watches, so it may have
/// gaps. Any thread; bounded.
class Series {
 public:
  explicit Series(std::chrono::milliseconds kept = std::chrono::minutes(15), std::size_t max_series = 256)
      : kept_(kept), max_series_(max_series) {}

  void add(const std::string& name, Timestamp at, double value);
  /// `[{"name":…,"points":[[t_ms,value]…]}]`; no names: all.
  Json document(const std::set<std::string>& names) const;

 private:
  using Points = std::deque<std::pair<Timestamp, double>>;

  void forget(Timestamp before);

  const std::chrono::milliseconds kept_;
  const std::size_t max_series_;
  mutable std::mutex mutex_;
  std::map<std::string, Points> series_;
};

}  // namespace keel::dashboard

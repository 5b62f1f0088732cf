#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "ops/metrics.hpp"

namespace keel::dashboard {

/// Counts requests by their HTTP status, and how long they took. Any thread.
class RequestMetrics {
 public:
  explicit RequestMetrics(ops::Metrics& metrics)
      : metrics_(metrics),
        duration_(metrics.histogram("keel_dashboard_request_duration_seconds",
                                    "From a request's arrival to its answer; streams are left out.",
                                    ops::latency_buckets())) {}

  void count(int code) {
    const std::lock_guard lock(mutex_);
    auto [known, is_new] = by_code_.try_emplace(code);
    if (is_new) {
      known->second = metrics_.counter("keel_dashboard_requests_total", "Requests answered, by HTTP status.",
                                       {{"code", std::to_string(code)}});
    }
    known->second.add();
  }
  void took(std::chrono::duration<double> time) const { duration_.observe(time.count()); }

 private:
  ops::Metrics& metrics_;
  const ops::Histogram duration_;
  std::mutex mutex_;
  std::map<int, ops::Counter> by_code_;
};

}  // namespace keel::dashboard

#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/histogram.hpp"

namespace keel::bench {

/// People in front of the dashboard: each follows its live events of every topic, and one of them opens a page every
/// 200 ms. From the constructor to the destructor, on threads of their own.
class Watchers {
 public:
  /// `address` is `host:port` of the dashboard. Throws std::runtime_error when nobody answers there.
  Watchers(std::string address, int count);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// How long the pages took so far.
  Histogram pages() const;
  /// Bytes of live events that came so far, over all of them.
  std::uint64_t bytes() const { return bytes_; }
  /// What became of the first page or stream that was refused or broke off; empty when none was.
  std::string failure() const;

 private:
  void follow();
  void open_pages();
  void failed(std::string failure);

  const std::string address_;
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> bytes_{0};
  mutable std::mutex mutex_;
  Histogram pages_;
  std::string failure_;
  std::vector<std::thread> threads_;
};

}  // namespace keel::bench

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "bench/load.hpp"

namespace keel::bench {

/// What is being done while loads go on, part after part. One thread goes on to the next; any thread may ask.
class Parts {
 public:
  static constexpr std::size_t most = 16;

  /// What follows is this part, until the next one begins. Throws std::logic_error after `most`.
  void begin(std::string name);
  /// The last part ends, and with it every load that looks at this.
  void end();

  /// Which part it is; 0 before the first.
  std::size_t now() const { return now_; }
  bool over() const { return over_; }
  const std::vector<std::string>& names() const { return names_; }
  /// How long a part took.
  double seconds(std::size_t part) const;

 private:
  std::vector<std::string> names_;
  /// When each part began; then when the last one ended.
  std::vector<std::chrono::steady_clock::time_point> begun_;
  std::atomic<std::size_t> now_{0};
  std::atomic<bool> over_{false};
};

/// A load that goes on while something else is done, from the constructor on. An answer counts for the part in which it
/// came.
class Beside {
 public:
  /// Throws std::runtime_error when nobody answers at the address. `pressure`'s times do not matter.
  Beside(Pressure pressure, std::unique_ptr<Workload> workload, const Parts& parts);
  /// Ends it, if the parts have not.
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  /// Waits for everything in flight, after the parts have ended. Outcomes by part.
  std::vector<Outcome> outcomes();

 private:
  class Counted;
  const Parts& parts_;
  std::array<Outcome, Parts::most> outcomes_;
  std::atomic<bool> given_up_{false};
  std::future<void> running_;
};

}  // namespace keel::bench

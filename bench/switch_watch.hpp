#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace keel::cart::v1 {
class ListCartsResponse;
}

namespace keel::bench {

/// Tells from which generation lists of carts come, when every row of the old one was marked by hand: marked rows
/// alone, or others alone, and never marked ones again after others were seen. Any thread.
class SwitchWatch {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// Added to the version of a marked row. No cart of a bench has so many events.
  static constexpr std::int64_t mark = 1'000'000'000;

  /// Every answer must list so many carts.
  explicit SwitchWatch(int carts) : carts_(carts) {}

  /// An answer to a question that was asked then.
  void take(const cart::v1::ListCartsResponse& answer, Moment asked);

  struct Found {
    /// Answers of marked rows alone, and of others alone.
    std::uint64_t of_the_old = 0;
    std::uint64_t of_the_new = 0;
    /// Answers with both, or without all of the carts.
    std::uint64_t mixed = 0;
    /// Of marked rows, although an answer of others had come before they were asked.
    std::uint64_t returned = 0;
  };
  Found found() const;

 private:
  const int carts_;
  mutable std::mutex mutex_;
  Found found_;
  Moment new_since_ = Moment::max();
};

}  // namespace keel::bench

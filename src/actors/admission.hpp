#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace keel::actors {

/// A count with a cap.
class Gate {
 public:
  explicit Gate(std::size_t cap) : cap_(cap) {}
  bool enter() {
    if (inside_.fetch_add(1, std::memory_order_relaxed) < cap_) return true;
    leave();
    return false;
  }
  void leave() { inside_.fetch_sub(1, std::memory_order_release); }
  std::size_t inside() const { return inside_.load(std::memory_order_acquire); }

 private:
  const std::size_t cap_;
  std::atomic<std::size_t> inside_{0};
};

/// Gates by caller's name. One caller's crowd never shuts out another one.
class CallerGates {
 public:
  struct Caller {
    std::size_t inside = 0;
  };
  using Entry = std::pair<const std::string, Caller>;

  explicit CallerGates(std::size_t cap) : cap_(cap) {}
  /// Null when the caller has as many calls under way as it may.
  Entry* enter(const std::string& caller);
  void leave(Entry& caller);

 private:
  struct Stripe {
    std::mutex mutex;
    std::unordered_map<std::string, Caller> callers;
  };
  Stripe& stripe(std::string_view caller);
  static void forget_absent(Stripe& stripe);

  const std::size_t cap_;
  std::array<Stripe, 16> stripes_;
};

/// The bulkheads before the first mailbox: calls in flight per process, per context, per caller. (Per aggregate is
/// counted where the aggregate is.) Any thread.
class Admission {
 public:
  Admission(std::size_t per_process, std::size_t per_caller) : process_(per_process), callers_(per_caller) {}

  std::size_t in_flight() const { return process_.inside(); }

 private:
  friend class Ticket;
  Gate process_;
  CallerGates callers_;
};

/// One call's place inside the gates; leaves when dropped. Admission and context gate outlive it.
class Ticket {
 public:
  Ticket() = default;
  /// Not `admitted()` when one of the gates is full.
  Ticket(Admission& admission, Gate& context, const std::string& caller);
  Ticket(Ticket&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)), context_(other.context_), caller_(other.caller_) {}
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() { leave(); }

  bool admitted() const { return admission_ != nullptr; }
  void leave();

 private:
  Admission* admission_ = nullptr;
  Gate* context_ = nullptr;
  CallerGates::Entry* caller_ = nullptr;
};

}  // namespace keel::actors

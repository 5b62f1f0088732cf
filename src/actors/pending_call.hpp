#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "actors/admission.hpp"
#include "actors/call.hpp"

namespace keel::actors {

struct PendingCall;

/// Calls in a row, linked through themselves, so that an aggregate without calls holds no memory for them.
/// Dropped, it drops its calls in order.
class CallQueue {
 public:
  CallQueue() = default;
  CallQueue(CallQueue&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)),
        last_(std::exchange(other.last_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  CallQueue& operator=(CallQueue&&) = delete;
  ~CallQueue();

  bool empty() const { return first_ == nullptr; }
  std::size_t size() const { return size_; }
  PendingCall* front() const { return first_; }

  PendingCall& push_back(std::unique_ptr<PendingCall> call);
  /// Only when not empty.
  std::unique_ptr<PendingCall> pop_front();
  /// The first one that the predicate accepts leaves the row; null when none does.
  template <class Predicate>
  std::unique_ptr<PendingCall> extract(Predicate accepts);

 private:
  std::unique_ptr<PendingCall> unlink(PendingCall* before, PendingCall* call);

  PendingCall* first_ = nullptr;
  PendingCall* last_ = nullptr;
  std::uint32_t size_ = 0;
};

/// A call inside the engine: admitted, on its way to its aggregate, to the writer, and back.
struct PendingCall {
  PendingCall(Call from_edge, Ticket place) : call(std::move(from_edge)), ticket(std::move(place)) {}

  Call call;
  /// After the call, so that it leaves the gates before a dropped reply is answered.
  Ticket ticket;
  /// `lane_hash` of its aggregate, computed once.
  std::uint64_t hash = 0;

  // -- when the id was looked up ------------------------------------------------------------------------------------
  bool looked_up = false;
  /// What the look-up found; null when the id was unused.
  std::unique_ptr<journal::Receipt> receipt;

  // -- when decided -------------------------------------------------------------------------------------------------
  std::uint64_t sequence = 0;
  /// The aggregate's version before it.
  Version decided_at;
  /// What it will be told if all that it was decided on becomes durable.
  Answer intended = Trouble::restarted;
  /// Repeats that came while it was in flight.
  CallQueue joined;

  PendingCall* next = nullptr;

  void answer(Answer told) {
    ticket.leave();
    call.reply.answer(std::move(told));
  }
};

template <class Predicate>
std::unique_ptr<PendingCall> CallQueue::extract(Predicate accepts) {
  PendingCall* before = nullptr;
  for (PendingCall* call = first_; call != nullptr; before = call, call = call->next) {
    if (accepts(*call)) return unlink(before, call);
  }
  return nullptr;
}

}  // namespace keel::actors

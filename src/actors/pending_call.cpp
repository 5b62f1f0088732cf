#include "actors/pending_call.hpp"

namespace keel::actors {

CallQueue::~CallQueue() {
  while (!empty()) pop_front();
}

PendingCall& CallQueue::push_back(std::unique_ptr<PendingCall> call) {
  PendingCall* added = call.release();
  added->next = nullptr;
  (last_ == nullptr ? first_ : last_->next) = added;
  last_ = added;
  ++size_;
  return *added;
}

std::unique_ptr<PendingCall> CallQueue::pop_front() { return unlink(nullptr, first_); }

std::unique_ptr<PendingCall> CallQueue::unlink(PendingCall* before, PendingCall* call) {
  (before == nullptr ? first_ : before->next) = call->next;
  if (last_ == call) last_ = before;
  call->next = nullptr;
  --size_;
  return std::unique_ptr<PendingCall>(call);
}

}  // namespace keel::actors

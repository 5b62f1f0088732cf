#include "actors/admission.hpp"

#include <functional>

namespace keel::actors {
namespace {

constexpr std::size_t names_kept_per_stripe = 1024;

}  // namespace

CallerGates::Stripe& CallerGates::stripe(std::string_view caller) {
  return stripes_[std::hash<std::string_view>{}(caller) % stripes_.size()];
}

CallerGates::Entry* CallerGates::enter(const std::string& caller) {
  Stripe& mine = stripe(caller);
  const std::lock_guard lock(mine.mutex);
  if (mine.callers.size() >= names_kept_per_stripe && !mine.callers.contains(caller)) forget_absent(mine);
  const auto entry = mine.callers.try_emplace(caller).first;
  if (entry->second.inside >= cap_) return nullptr;
  ++entry->second.inside;
  return &*entry;
}

void CallerGates::forget_absent(Stripe& stripe) {
  std::erase_if(stripe.callers, [](const auto& entry) { return entry.second.inside == 0; });
}

void CallerGates::leave(Entry& caller) {
  Stripe& mine = stripe(caller.first);
  const std::lock_guard lock(mine.mutex);
  --caller.second.inside;
}

Ticket::Ticket(Admission& admission, Gate& context, const std::string& caller) {
  if (!admission.process_.enter()) return;
  const bool context_has_room = context.enter();
  if (context_has_room) caller_ = admission.callers_.enter(caller);
  if (caller_ == nullptr) {
    if (context_has_room) context.leave();
    admission.process_.leave();
    return;
  }
  context_ = &context;
  admission_ = &admission;
}

void Ticket::leave() {
  if (admission_ == nullptr) return;
  admission_->callers_.leave(*caller_);
  context_->leave();
  std::exchange(admission_, nullptr)->process_.leave();
}

}  // namespace keel::actors

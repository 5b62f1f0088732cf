#include "journal/ownership.hpp"

#include <set>
#include <utility>

namespace keel::journal {
namespace {

std::set<std::string> owners_of(std::span<const Rival> rivals) {
  std::set<std::string> owners;
  for (const Rival& rival : rivals) owners.insert(rival.owner);
  return owners;
}

}  // namespace

std::string_view name_of(OwnershipState state) {
  switch (state) {
    case OwnershipState::standby:
      return "standby";
    case OwnershipState::owning:
      return "owning";
    case OwnershipState::lost:
      return "lost";
    case OwnershipState::stopped:
      return "stopped";
  }
  return "?";
}

Ownership::Ownership(Owner owner, std::vector<std::string> contexts, OpenJournal open, OwnershipHost& host,
                     OwnershipOptions options)
    : owner_(std::move(owner)),
      contexts_(std::move(contexts)),
      open_(std::move(open)),
      host_(host),
      options_(options) {}

std::chrono::milliseconds Ownership::step() {
  if (state_ == OwnershipState::stopped || !connected()) return options_.beat;
  if (state_ == OwnershipState::lost) {
    give_up();
    return options_.beat;
  }
  if (const auto beaten = session_->beat(owner_); !beaten) {
    fault(beaten.fault());
    return options_.beat;
  }
  if (state_ == OwnershipState::standby) take_over();
  return options_.beat;
}

void Ownership::take_over() {
  auto taken = session_->take_over(owner_, contexts_, options_.forced);
  if (!taken) return fault(taken.fault());
  if (!taken->rivals.empty()) return stand_by(std::move(taken->rivals));
  options_.forced = false;
  rivals_.clear();
  state_ = OwnershipState::owning;
  std::vector<ContextLanes> contexts;
  for (std::size_t i = 0; i < contexts_.size(); ++i) contexts.push_back({contexts_[i], std::move(taken->held[i])});
  host_.took_over(contexts);
}

void Ownership::stand_by(std::vector<Rival> rivals) {
  const bool known = owners_of(rivals) == owners_of(rivals_);
  rivals_ = std::move(rivals);
  if (!known) host_.standing_by(rivals_);
}

void Ownership::fenced(std::string_view context, std::string_view why) {
  if (state_ != OwnershipState::owning) return;
  state_ = OwnershipState::lost;
  host_.lost("fenced in context " + std::string(context) + ": " + std::string(why));
}

void Ownership::give_up() {
  if (const auto given = session_->give_up(owner_); !given) return fault(given.fault());
  state_ = OwnershipState::standby;
}

Result<Done> Ownership::stop() {
  if (state_ == OwnershipState::stopped) return Done{};
  state_ = OwnershipState::stopped;
  rivals_.clear();
  if (!connected()) return Fault{Fault::Outcome::nothing_changed, "the lanes stay marked as ours: no session"};
  return session_->give_up(owner_);
}

bool Ownership::connected() {
  if (session_ && !session_->usable()) session_.reset();
  if (session_) return true;
  auto opened = open_();
  if (!opened) {
    fault(opened.fault());
    return false;
  }
  session_ = *std::move(opened);
  return true;
}

void Ownership::fault(const Fault& fault) {
  session_.reset();
  host_.faulted(fault);
}

}  // namespace keel::journal

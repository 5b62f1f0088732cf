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
  const auto still_ours = session_->beat(owner_);
  if (!still_ours) {
    fault(still_ours.fault());
  } else if (state_ == OwnershipState::standby) {
    take_over();
  } else {
    compare(*still_ours);
  }
  return options_.beat;
}

void Ownership::take_over() {
  auto taken = session_->take_over(owner_, contexts_, options_.forced);
  if (!taken) return fault(taken.fault());
  if (!taken->rivals.empty()) return stand_by(std::move(taken->rivals));
  options_.forced = false;
  rivals_.clear();
  state_ = OwnershipState::owning;
  taken_ = 0;
  std::vector<ContextLanes> contexts;
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    taken_ += taken->held[i].size();
    contexts.push_back({contexts_[i], std::move(taken->held[i])});
  }
  host_.took_over(contexts);
}

void Ownership::compare(std::size_t still_ours) {
  if (still_ours == taken_) return;
  lose("only " + std::to_string(still_ours) + " of " + std::to_string(taken_) + " lanes are still ours");
  give_up();
}

void Ownership::stand_by(std::vector<Rival> rivals) {
  const bool known = owners_of(rivals) == owners_of(rivals_);
  rivals_ = std::move(rivals);
  if (!known) host_.standing_by(rivals_);
}

void Ownership::fenced(std::string_view context, std::string_view why) {
  if (state_ == OwnershipState::owning) lose("fenced in context " + std::string(context) + ": " + std::string(why));
}

void Ownership::lose(const std::string& why) {
  state_ = OwnershipState::lost;
  host_.lost(why);
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

#include "replay/aggregate_folds.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <exception>
#include <utility>

namespace keel::replay {

/// Not the hash's low bits: those chose the lane.
bool Share::has(const AggregateRef& aggregate) const {
  return (lane_hash(aggregate.type, aggregate.id) >> 20U) % modulus == rest;
}

AggregateFolds::AggregateFolds(std::string context, std::vector<const domain::AggregateKind*> kinds, Share share,
                               Report report)
    : context_(std::move(context)), kinds_(std::move(kinds)), share_(share), report_(std::move(report)) {}

const domain::AggregateKind* AggregateFolds::kind_of(std::string_view type) const {
  for (const auto* kind : kinds_) {
    if (kind->type == type) return kind;
  }
  return nullptr;
}

std::vector<AggregateRef> AggregateFolds::beginning(std::span<const journal::RecordedEvent> events) const {
  std::vector<AggregateRef> fresh;
  for (const auto& event : events) {
    if (event.version != Version{1} || !share_.has(event.aggregate)) continue;
    if (kind_of(event.aggregate.type) != nullptr) fresh.push_back(event.aggregate);
  }
  return fresh;
}

void AggregateFolds::expect(const AggregateRef& aggregate, journal::Snapshot snapshot) {
  fold_of(aggregate).snapshot = std::move(snapshot);
}

AggregateFolds::Fold& AggregateFolds::fold_of(const AggregateRef& aggregate) {
  const auto [found, fresh] = folds_.try_emplace(aggregate);
  const auto* kind = fresh ? kind_of(aggregate.type) : nullptr;
  if (kind != nullptr) found->second.state.reset(kind->empty_state->New());
  return found->second;
}

void AggregateFolds::take(const journal::RecordedEvent& event) {
  if (!share_.has(event.aggregate)) return;
  const bool unknown = !folds_.contains(event.aggregate) && kind_of(event.aggregate.type) == nullptr;
  Fold& fold = fold_of(event.aggregate);
  if (unknown) find(fold, "undecodable", event, "context " + context_ + " has no aggregate " + event.aggregate.type);
  if (event.version != fold.version.next()) {
    find(fold, "version", event,
         "version " + std::to_string(event.version.value) + " follows version " + std::to_string(fold.version.value));
  }
  fold.version = event.version;
  if (fold.state) remember(fold, event);
  if (fold.state && fold.snapshot) compare(fold, event);
}

void AggregateFolds::remember(Fold& fold, const journal::RecordedEvent& event) {
  try {
    const auto& kind = *kind_of(event.aggregate.type);
    if (kind.apply(*fold.state, event.type, event.payload)) return;
    find(fold, "undecodable", event, "no known event, or broken bytes: " + event.type);
  } catch (const std::exception& thrown) {
    find(fold, "undecodable", event, event.type + ": " + thrown.what());
  }
}

void AggregateFolds::compare(Fold& fold, const journal::RecordedEvent& event) {
  if (event.version != fold.snapshot->version) return;
  ++compared_;
  const std::unique_ptr<domain::Message> kept(fold.state->New());
  if (!kept->ParseFromString(fold.snapshot->state)) {
    report_({"snapshot", context_, event.lane, event.position, event.aggregate, "its snapshot does not decode"});
  } else if (!google::protobuf::util::MessageDifferencer::Equals(*kept, *fold.state)) {
    report_({"snapshot", context_, event.lane, event.position, event.aggregate,
             "its snapshot of version " + std::to_string(event.version.value) + " is not the fold of its events"});
  }
  fold.snapshot.reset();
}

void AggregateFolds::find(Fold& fold, std::string_view kind, const journal::RecordedEvent& event,
                          std::string what) const {
  fold.state.reset();
  report_({kind, context_, event.lane, event.position, event.aggregate, std::move(what)});
}

Share AggregateFolds::give_half_away() {
  const auto [kept, given] = share_.halves();
  share_ = kept;
  std::erase_if(folds_, [this](const auto& entry) { return !share_.has(entry.first); });
  return given;
}

}  // namespace keel::replay

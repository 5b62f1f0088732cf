#include "replay/aggregate_folds.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace keel::replay {

/// Not the hash's low bits: those chose the lane.
bool Share::has(const AggregateRef& aggregate) const {
  return modulus == 1 || (lane_hash(aggregate.type, aggregate.id) >> 20U) % modulus == rest;
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
  Fold& fold = fold_of(event.aggregate);
  if (!fold.finding) look_at(fold, event);
  fold.version = event.version;
}

void AggregateFolds::look_at(Fold& fold, const journal::RecordedEvent& event) const {
  if (!fold.state) {
    return find(fold, "undecodable", event, "context " + context_ + " has no aggregate " + event.aggregate.type);
  }
  if (event.version != fold.version.next()) {
    return find(
        fold, "version", event,
        "version " + std::to_string(event.version.value) + " follows version " + std::to_string(fold.version.value));
  }
  remember(fold, event);
  if (!fold.finding && fold.snapshot && event.version == fold.snapshot->version) compare(fold, event);
}

void AggregateFolds::remember(Fold& fold, const journal::RecordedEvent& event) const {
  try {
    const auto& kind = *kind_of(event.aggregate.type);
    if (kind.apply(*fold.state, event.type, event.payload)) return;
    find(fold, "undecodable", event, "no known event, or broken bytes: " + event.type);
  } catch (const std::exception& thrown) {
    find(fold, "undecodable", event, event.type + ": " + thrown.what());
  }
}

void AggregateFolds::compare(Fold& fold, const journal::RecordedEvent& event) const {
  fold.compared = true;
  const auto snapshot = *std::exchange(fold.snapshot, std::nullopt);
  const std::unique_ptr<domain::Message> kept(fold.state->New());
  const std::string version = "its snapshot of version " + std::to_string(event.version.value);
  if (!kept->ParseFromString(snapshot.state)) return find(fold, "snapshot", event, version + " does not decode");
  if (google::protobuf::util::MessageDifferencer::Equals(*kept, *fold.state)) return;
  find(fold, "snapshot", event, version + " is not the fold of its events");
}

void AggregateFolds::find(Fold& fold, std::string_view kind, const journal::RecordedEvent& event,
                          std::string what) const {
  fold.state.reset();
  fold.snapshot.reset();
  fold.finding = Finding{kind, context_, event.lane, event.position, event.aggregate, std::move(what)};
}

std::int64_t AggregateFolds::end() {
  std::int64_t compared = 0;
  std::vector<Finding> found;
  for (auto& [aggregate, fold] : folds_) {
    compared += fold.compared ? 1 : 0;
    if (fold.finding) found.push_back(*std::move(fold.finding));
  }
  folds_.clear();
  std::ranges::sort(found, {}, [](const Finding& finding) { return *finding.position; });
  for (auto& finding : found) report_(std::move(finding));
  return compared;
}

Share AggregateFolds::give_half_away() {
  const auto [kept, given] = share_.halves();
  share_ = kept;
  std::erase_if(folds_, [this](const auto& entry) { return !share_.has(entry.first); });
  return given;
}

}  // namespace keel::replay

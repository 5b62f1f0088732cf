#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/aggregate.hpp"
#include "journal/records.hpp"
#include "replay/finding.hpp"

namespace keel::replay {

/// A share of a lane's aggregates: those whose hash leaves `rest` when divided by `modulus`.
struct Share {
  std::uint64_t modulus = 1;
  std::uint64_t rest = 0;

  bool has(const AggregateRef& aggregate) const;
  /// Both halves of it.
  std::pair<Share, Share> halves() const { return {{modulus * 2, rest}, {modulus * 2, rest + modulus}}; }
};

/// Folds every aggregate of a share of one lane, event by event in lane order: versions are 1..n, every event is known
/// and decodes (through its upcasters), is remembered without an error, and every kept snapshot equals the fold at its
/// version. At most one finding an aggregate, the first; they are told at the end, because an aggregate that was given
/// away is looked at again by somebody else.
class AggregateFolds {
 public:
  AggregateFolds(std::string context, std::vector<const domain::AggregateKind*> kinds, Share share, Report report);

  /// Aggregates of the share that begin in these events and may have a snapshot: ask for those, and `expect` them.
  std::vector<AggregateRef> beginning(std::span<const journal::RecordedEvent> events) const;
  /// Null for an aggregate type that the context does not have.
  const domain::AggregateKind* kind_of(std::string_view type) const;
  /// A snapshot that the fold is to equal; before its event is taken.
  void expect(const AggregateRef& aggregate, journal::Snapshot snapshot);
  void take(const journal::RecordedEvent& event);

  std::size_t size() const { return folds_.size(); }
  /// Forgets the half that it answers, for another pass over the lane.
  Share give_half_away();

  /// Tells what was found, in lane order; answers how many snapshots were compared.
  std::int64_t end();

 private:
  struct Fold {
    Version version;
    std::unique_ptr<domain::Message> state;
    std::optional<journal::Snapshot> snapshot;
    bool compared = false;
    /// Nothing is looked at after it.
    std::optional<Finding> finding;
  };

  Fold& fold_of(const AggregateRef& aggregate);
  void look_at(Fold& fold, const journal::RecordedEvent& event) const;
  void remember(Fold& fold, const journal::RecordedEvent& event) const;
  void compare(Fold& fold, const journal::RecordedEvent& event) const;
  void find(Fold& fold, std::string_view kind, const journal::RecordedEvent& event, std::string what) const;

  const std::string context_;
  const std::vector<const domain::AggregateKind*> kinds_;
  Share share_;
  const Report report_;
  std::unordered_map<AggregateRef, Fold> folds_;
};

}  // namespace keel::replay

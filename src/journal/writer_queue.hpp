#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journal/writer_item.hpp"

namespace keel::journal {

/// One incarnation of an aggregate, as the writer knows it. Small: every aggregate in memory has one.
struct Life {
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

  std::uint64_t incarnation = 0;
  std::shared_ptr<Sink> sink;
  /// What its next entry has to expect; absent before the first one.
  std::optional<Version> next;
  /// Place in the queue from which on its items are to be dropped.
  std::size_t ends_at = nowhere;
  /// Last attempt that it has an entry in; see `Writer::aim`.
  std::uint64_t attempt = 0;
  /// Last delivery that it had a part in, and the place of its part.
  std::uint64_t delivery = 0;
  std::uint32_t part = 0;
  /// Its items in the queue.
  std::uint32_t waiting = 0;
  /// The journal has confirmed an entry of it, so it began at the stored version.
  bool confirmed = false;
  /// Nothing more is taken of it.
  bool ended = false;
};

/// An item in the queue.
struct Waiting {
  Item item;
  /// Null: refused at the door, belongs to no life that is known.
  Life* life = nullptr;
  Outcome outcome;
  bool settled = false;
  bool delivered = false;
};

/// The items of a context in the order they came, the lives that they belong to, and the way of outcomes back.
///
/// Keeps three promises of the writer: one outcome an item; in order within an incarnation; everything behind a dropped
/// item of an incarnation is dropped. Knows no journal. Places are counted from the front, valid until `deliver`.
class WriterQueue {
 public:
  using Drops = std::array<std::size_t, 5>;

  /// Takes an item, settled as dropped when it may not come in. Returns what is wrong when only a bug of ours can be
  /// the cause, else nothing.
  std::string_view enter(Item item);

  std::size_t size() const { return items_.size() - front_; }
  bool empty() const { return size() == 0; }
  Waiting& operator[](std::size_t place) { return items_[front_ + place]; }

  /// Whether this item waits for its outcome, and is not bound to be dropped.
  bool is_open(std::size_t place) const;

  /// Confirms an item.
  void settle(std::size_t place, Outcome::Kind kind, Version version, Position position);
  /// Answers an item by the receipt of its request id. An entry's life ends with it: its memory holds what the journal
  /// does not.
  void answer_by(std::size_t place, const Receipt& receipt);
  /// Drops an item that is not settled yet, and all behind it of the same life.
  void drop(std::size_t place, Drop why);
  /// Drops what is not settled of this life, from this place on.
  void end(Life& life, std::size_t from);
  void end(const AggregateRef& aggregate, std::uint64_t incarnation);

  /// Drops everything, forgets every life, and refuses what comes until `open`.
  void shut(Drop why);
  /// Takes items again, of incarnations above `floor`.
  void open(std::uint64_t floor);

  /// Hands every outcome over that no open item of the same life stands before. Returns how many items were dropped,
  /// by reason.
  Drops deliver();
  /// Whether anything of this incarnation waits here.
  bool waiting(const AggregateRef& aggregate, std::uint64_t incarnation) const;
  void forget(const AggregateRef& aggregate, std::uint64_t incarnation);

 private:
  using Lives = std::unordered_map<AggregateRef, Life>;
  /// What one delivery has for one life.
  struct Part {
    Life* life;
    /// An open item of it stands before the next ones.
    bool blocked = false;
    std::size_t first = 0;
    std::size_t outcomes = 0;
    std::size_t collected = 0;
  };

  std::string_view admit(Waiting& waiting);
  std::string_view join(Life& life, Waiting& waiting);
  void settle_as_dropped(Waiting& waiting, Drop why);
  void sweep();
  void count_outcomes(std::size_t end);
  void collect_outcomes(std::size_t end);
  void hand_over(std::size_t end);
  void close_up(std::size_t end);

  std::vector<Waiting> items_;
  std::size_t front_ = 0;
  Lives lives_;
  /// Lives of earlier times that queued items still point to; gone after the next delivery.
  std::vector<Lives> forgotten_;
  std::optional<Drop> shut_ = Drop::fenced;
  std::uint64_t floor_ = 0;

  /// No item at or behind this place is settled.
  std::size_t settled_end_ = 0;
  std::vector<Life*> ending_;
  std::uint64_t delivery_ = 0;
  std::vector<Part> parts_;
  std::vector<Outcome> outcomes_;
  Drops drops_{};
};

}  // namespace keel::journal

#include "journal/writer_queue.hpp"

#include <algorithm>
#include <utility>

namespace keel::journal {

// -- coming in --------------------------------------------------------------------------------------------------

std::string_view WriterQueue::enter(Item item) {
  Waiting& waiting = items_.emplace_back();
  waiting.item = std::move(item);
  waiting.outcome.sequence = waiting.item.sequence;
  const auto bug = admit(waiting);
  if (waiting.settled) settled_end_ = size();
  return bug;
}

std::string_view WriterQueue::admit(Waiting& waiting) {
  const Item& item = waiting.item;
  if (shut_) {
    settle_as_dropped(waiting, *shut_);
    return {};
  }
  auto found = lives_.find(item.aggregate());
  const bool stale = found == lives_.end() ? item.incarnation <= floor_ : item.incarnation < found->second.incarnation;
  if (stale) {
    settle_as_dropped(waiting, Drop::restarted);
    return {};
  }
  if (found == lives_.end()) {
    found = lives_.try_emplace(item.aggregate()).first;
    found->second.incarnation = item.incarnation;
  }
  if (item.incarnation > found->second.incarnation) {
    settle_as_dropped(waiting, Drop::restarted);
    return "an incarnation came before its predecessor was closed";
  }
  return join(found->second, waiting);
}

std::string_view WriterQueue::join(Life& life, Waiting& waiting) {
  if (!life.sink) life.sink = std::move(waiting.item.sink);
  waiting.item.sink.reset();
  waiting.life = &life;
  ++life.waiting;
  if (life.ended) {
    settle_as_dropped(waiting, Drop::restarted);
    return {};
  }
  const Entry* entry = waiting.item.entry();
  if (entry == nullptr) return {};
  if (life.next && *life.next != entry->expected) {
    life.ended = true;
    settle_as_dropped(waiting, Drop::restarted);
    return "an entry does not follow the last one of its incarnation";
  }
  life.next = entry->version_after();
  return {};
}

// -- being settled ----------------------------------------------------------------------------------------------

void WriterQueue::settle_as_dropped(Waiting& waiting, Drop why) {
  waiting.settled = true;
  waiting.outcome.kind = Outcome::Kind::dropped;
  waiting.outcome.why = why;
}

void WriterQueue::settle(std::size_t place, Outcome::Kind kind, Version version, Position position) {
  Waiting& waiting = (*this)[place];
  waiting.settled = true;
  waiting.outcome.kind = kind;
  waiting.outcome.version = version;
  waiting.outcome.position = position;
  settled_end_ = std::max(settled_end_, place + 1);
}

void WriterQueue::answer_by(std::size_t place, const Receipt& receipt) {
  Waiting& waiting = (*this)[place];
  const bool same = std::visit(
      [&receipt](const auto& is) {
        if constexpr (requires { is.receipt; }) {
          return is.receipt->fingerprint == receipt.fingerprint && is.aggregate == receipt.aggregate;
        } else {
          return is.fingerprint == receipt.fingerprint && is.aggregate == receipt.aggregate;
        }
      },
      waiting.item.what);
  settle(place, same ? Outcome::Kind::repeated : Outcome::Kind::reused, receipt.version, receipt.position);
  waiting.outcome.receipt = std::make_unique<Receipt>(receipt);
  if (waiting.item.entry() != nullptr) end(*waiting.life, place + 1);
}

void WriterQueue::drop(std::size_t place, Drop why) {
  Waiting& waiting = (*this)[place];
  settle_as_dropped(waiting, why);
  settled_end_ = std::max(settled_end_, place + 1);
  end(*waiting.life, place + 1);
}

void WriterQueue::end(Life& life, std::size_t from) {
  life.ended = true;
  if (life.ends_at == Life::nowhere) ending_.push_back(&life);
  life.ends_at = std::min(life.ends_at, from);
}

void WriterQueue::end(const AggregateRef& aggregate, std::uint64_t incarnation) {
  const auto found = lives_.find(aggregate);
  if (found == lives_.end() || found->second.incarnation != incarnation) return;
  found->second.ended = true;
  if (found->second.waiting > 0) end(found->second, 0);
}

void WriterQueue::sweep() {
  if (ending_.empty()) return;
  for (std::size_t place = 0; place < size(); ++place) {
    Waiting& waiting = (*this)[place];
    if (waiting.settled || place < waiting.life->ends_at) continue;
    settle_as_dropped(waiting, Drop::restarted);
    settled_end_ = std::max(settled_end_, place + 1);
  }
  for (Life* life : ending_) life->ends_at = Life::nowhere;
  ending_.clear();
}

void WriterQueue::shut(Drop why) {
  for (std::size_t place = 0; place < size(); ++place) {
    Waiting& waiting = (*this)[place];
    if (waiting.life != nullptr) waiting.life->ended = true;
    if (!waiting.settled) settle_as_dropped(waiting, why);
  }
  settled_end_ = size();
  ending_.clear();
  if (!lives_.empty()) forgotten_.push_back(std::exchange(lives_, {}));
  shut_ = why;
}

void WriterQueue::open(std::uint64_t floor) {
  shut_.reset();
  floor_ = floor;
}

// -- going out --------------------------------------------------------------------------------------------------

WriterQueue::Drops WriterQueue::deliver() {
  sweep();
  drops_ = {};
  const std::size_t end = std::exchange(settled_end_, 0);
  if (end == 0) return drops_;
  ++delivery_;
  count_outcomes(end);
  collect_outcomes(end);
  hand_over(end);
  close_up(end);
  return drops_;
}

void WriterQueue::count_outcomes(std::size_t end) {
  parts_.clear();
  for (std::size_t place = 0; place < end; ++place) {
    const Waiting& waiting = (*this)[place];
    if (waiting.life == nullptr) continue;
    Life& life = *waiting.life;
    if (life.delivery != delivery_) {
      life.delivery = delivery_;
      life.part = static_cast<std::uint32_t>(parts_.size());
      parts_.push_back({&life});
    }
    Part& part = parts_[life.part];
    part.blocked = part.blocked || !waiting.settled;
    if (!part.blocked) ++part.outcomes;
  }
}

void WriterQueue::collect_outcomes(std::size_t end) {
  std::size_t total = 0;
  for (Part& part : parts_) {
    part.first = total;
    total += part.outcomes;
  }
  outcomes_.resize(total);
  for (std::size_t place = 0; place < end; ++place) {
    Waiting& waiting = (*this)[place];
    Part* const part = waiting.life == nullptr ? nullptr : &parts_[waiting.life->part];
    if (part != nullptr && part->collected == part->outcomes) continue;
    if (waiting.outcome.kind == Outcome::Kind::dropped) ++drops_[static_cast<std::size_t>(waiting.outcome.why)];
    if (part == nullptr) continue;
    outcomes_[part->first + part->collected++] = std::move(waiting.outcome);
    waiting.delivered = true;
  }
}

void WriterQueue::hand_over(std::size_t end) {
  for (const Part& part : parts_) {
    if (part.outcomes == 0) continue;
    Life& life = *part.life;
    life.waiting -= static_cast<std::uint32_t>(part.outcomes);
    const std::span<Outcome> outcomes(outcomes_.data() + part.first, part.outcomes);
    life.sink->confirmed(life.incarnation, outcomes, life.ended);
  }
  for (std::size_t place = 0; place < end; ++place) {
    Waiting& waiting = (*this)[place];
    if (waiting.life != nullptr) continue;
    const auto sink = std::move(waiting.item.sink);
    sink->confirmed(waiting.item.incarnation, std::span(&waiting.outcome, 1), true);
    waiting.delivered = true;
  }
}

void WriterQueue::close_up(std::size_t end) {
  std::size_t kept_from = end;
  for (std::size_t place = end; place-- > 0;) {
    if ((*this)[place].delivered) continue;
    if (--kept_from != place) (*this)[kept_from] = std::move((*this)[place]);
  }
  settled_end_ = end - kept_from;
  front_ += kept_from;
  if (empty()) {
    items_.clear();
    front_ = 0;
    forgotten_.clear();
  } else if (front_ > size()) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(front_));
    front_ = 0;
  }
}

bool WriterQueue::is_open(std::size_t place) const {
  const Waiting& waiting = items_[front_ + place];
  return !waiting.settled && place < waiting.life->ends_at;
}

bool WriterQueue::waiting(const AggregateRef& aggregate, std::uint64_t incarnation) const {
  const auto found = lives_.find(aggregate);
  return found != lives_.end() && found->second.incarnation == incarnation && found->second.waiting > 0;
}

void WriterQueue::forget(const AggregateRef& aggregate, std::uint64_t incarnation) {
  const auto found = lives_.find(aggregate);
  if (found != lives_.end() && found->second.incarnation == incarnation) lives_.erase(found);
}

}  // namespace keel::journal

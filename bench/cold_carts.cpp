#include "bench/cold_carts.hpp"

#include <algorithm>

#include "bench/workloads/cart_requests.hpp"
#include "core/aggregate_ref.hpp"
#include "domain/cart/cart.hpp"

namespace keel::bench {
namespace {

using journal::Entry;

constexpr std::size_t batch = 1'000;

/// Decides the cart's next event: one item in, the same item out, and so on.
class History {
 public:
  journal::NewEvent next() {
    auto decision = adds_ ? cart::Cart::decide(state_, add_, {}) : cart::Cart::decide(state_, remove_);
    adds_ = !adds_;
    const auto& event = *decision.acceptance().events.front();
    journal::NewEvent made{event.GetDescriptor()->full_name(), event.SerializeAsString()};
    domain::kind_of<cart::Cart>().apply(state_, made.type, made.payload);
    return made;
  }
  Entry::StateAfter state() const { return {domain::kind_of<cart::Cart>().schema, state_.SerializeAsString()}; }

 private:
  cart::v1::CartState state_;
  cart::v1::AddItemRequest add_ = adding_to({});
  cart::v1::RemoveItemRequest remove_ = removing_from({});
  bool adds_ = true;
};

/// Gathers entries and appends them when there are enough.
class Batches {
 public:
  explicit Batches(RawJournal& journal) : journal_(journal) {}
  void add(Entry entry) {
    entries_.push_back(std::move(entry));
    if (entries_.size() == batch) flush();
  }
  void flush() {
    if (!entries_.empty()) journal_.append(entries_);
    entries_.clear();
  }

 private:
  RawJournal& journal_;
  std::vector<Entry> entries_;
};

void store_one(const std::string& id, const ColdCarts& carts, std::int32_t lane_count, Batches& batches) {
  const std::int64_t snapshot_at = carts.events - std::min(tail_events, carts.events / 2);
  History history;
  Entry entry;
  entry.aggregate = {"Cart", id};
  entry.lane = lane_of(entry.aggregate.type, id, lane_count);
  entry.check_version = true;
  for (std::int64_t version = 1; version <= carts.events; ++version) {
    entry.events = {history.next()};
    entry.snapshot.reset();
    if (carts.snapshot && version == snapshot_at) entry.snapshot = history.state();
    batches.add(entry);
    entry.expected = Version{version};
    entry.check_version = false;
  }
}

}  // namespace

std::string ColdCarts::name() const {
  return std::to_string(events) + " events, " + (snapshot ? "with snapshot" : "without snapshot");
}

std::vector<std::string> ColdCarts::ids() const {
  std::vector<std::string> ids;
  const std::string prefix = "cold-" + purpose + "-" + std::to_string(events) + (snapshot ? "-s-" : "-n-");
  for (int i = 0; i < count; ++i) ids.push_back(prefix + std::to_string(100'000 + i));
  return ids;
}

void store(const ColdCarts& carts, RawJournal& journal) {
  Batches batches(journal);
  for (const auto& id : carts.ids()) store_one(id, carts, journal.lane_count(), batches);
  batches.flush();
}

}  // namespace keel::bench

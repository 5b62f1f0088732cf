#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/load.hpp"
#include "bench/processes.hpp"
#include "core/uuid.hpp"
#include "journal/journal.hpp"

namespace keel::bench {

/// The journal without Keel around it: one session that owns the lanes of context "cart" and appends to them.
/// The database must have been migrated and be owned by nobody. Every call throws std::runtime_error when it fails.
class RawJournal {
 public:
  explicit RawJournal(const std::string& dsn);
  ~RawJournal();
  RawJournal(const RawJournal&) = delete;
  RawJournal& operator=(const RawJournal&) = delete;

  std::int32_t lane_count() const { return static_cast<std::int32_t>(lanes_.size()); }
  /// One batch, all of it stored, in this order.
  void append(const std::vector<journal::Entry>& entries);
  journal::Journal& journal() { return *journal_; }

 private:
  std::unique_ptr<journal::Journal> journal_;
  journal::Owner owner_;
  std::vector<journal::HeldLane> lanes_;
};

/// Which aggregates rows are spread over.
struct Population {
  std::size_t count = 20'000;
  /// Chosen at random instead of one after the other.
  bool at_random = false;
};

/// The same rows that AddItem leaves: one event and one receipt each.
class CartRows {
 public:
  CartRows(Population population, std::int32_t lane_count);
  journal::Entry next();
  std::vector<journal::Entry> next(std::size_t count);

 private:
  std::string prefix_;
  Population population_;
  std::vector<Version> versions_;
  std::int32_t lane_count_;
  std::size_t made_ = 0;
  std::mt19937_64 random_{42};
};

/// The reference of every write: those rows, sent by one client over one connection, straight into the journal's append
/// function, in batches of `batch`. Latencies are those of a batch. Blocks.
Outcome raw_append(const std::string& dsn, std::size_t batch, const Population& population,
                   std::chrono::milliseconds measured, const Processes& processes);

}  // namespace keel::bench

#include "bench/raw_append.hpp"

#include <chrono>
#include <unordered_map>
#include <vector>

#include "bench/workloads.hpp"
#include "core/aggregate_ref.hpp"
#include "journal/postgres_journal.hpp"

namespace keel::bench {
namespace {

using journal::AppendOutcome;
using journal::Entry;
using journal::HeldLane;
using std::chrono::steady_clock;

/// Makes the same rows that AddItem leaves: one event and one receipt.
class Rows {
 public:
  Rows(std::size_t aggregates, std::int32_t lane_count)
      : prefix_(make_uuid_v7(system_now()).text()), versions_(aggregates), lane_count_(lane_count) {}

  Entry next() {
    const std::size_t cart = at_++ % versions_.size();
    Entry entry;
    entry.aggregate = {"Cart", prefix_ + "-" + std::to_string(cart)};
    entry.lane = lane_of(entry.aggregate.type, entry.aggregate.id, lane_count_);
    entry.expected = versions_[cart];
    entry.check_version = entry.expected == Version{};
    entry.events.push_back({"keel.cart.v1.ItemAdded", std::string(64, 'e')});
    entry.metadata = std::string(28, 'm');
    entry.receipt = Entry::Receipted{make_uuid_v7(system_now()), "anonymous", {}, std::string(8, 'r')};
    versions_[cart] = entry.version_after();
    return entry;
  }

 private:
  std::string prefix_;
  std::vector<Version> versions_;
  std::int32_t lane_count_;
  std::size_t at_ = 0;
};

}  // namespace

Result<RawAppend> raw_append(const std::string& dsn, std::size_t batch, std::size_t aggregates, double seconds) {
  journal::PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel-bench raw append";
  auto opened = journal::PostgresJournal::open(options);
  if (!opened) return opened.fault();
  journal::Journal& journal = **opened;
  const journal::Owner owner{make_uuid_v7(system_now()), "keel-bench"};
  if (const auto beat = journal.beat(owner); !beat) return beat.fault();
  const std::vector<std::string> contexts{"cart"};
  auto taken = journal.take_over(owner, contexts, true);
  if (!taken) return taken.fault();
  if (const auto kept = journal.keep_receipts(std::chrono::hours(24 * 7)); !kept) return kept.fault();
  std::vector<HeldLane>& lanes = taken->held.front();

  Rows rows(aggregates, static_cast<std::int32_t>(lanes.size()));
  RawAppend result;
  std::uint64_t stored = 0;
  const auto start = steady_clock::now();
  while (result.seconds < seconds) {
    std::vector<Entry> entries;
    std::vector<const Entry*> pointers;
    for (std::size_t i = 0; i < batch; ++i) entries.push_back(rows.next());
    for (const auto& entry : entries) pointers.push_back(&entry);
    const auto appended = journal.append({contexts.front(), lanes, pointers});
    if (appended.outcome != AppendOutcome::stored) return Fault{Fault::Outcome::unknown, appended.what};
    for (const auto& entry : entries) {
      auto& lane = lanes[static_cast<std::size_t>(entry.lane.value)];
      lane.last = lane.last.next();
    }
    stored += batch;
    result.seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  }
  result.rows_per_second = static_cast<double>(stored) / result.seconds;
  if (const auto given = journal.give_up(owner); !given) return given.fault();
  return result;
}

}  // namespace keel::bench

#include "bench/raw_journal.hpp"

#include <stdexcept>
#include <utility>

#include "core/aggregate_ref.hpp"
#include "journal/postgres_journal.hpp"

namespace keel::bench {
namespace {

using journal::AppendOutcome;
using journal::Entry;
using std::chrono::steady_clock;

constexpr std::chrono::hours a_week{24 * 7};

template <class T>
T expect(Result<T> result) {
  if (!result) throw std::runtime_error("raw journal: " + result.fault().what);
  return *std::move(result);
}

const std::vector<std::string>& contexts() {
  static const std::vector<std::string> names{"cart"};
  return names;
}

std::unique_ptr<journal::Journal> open(const std::string& dsn) {
  journal::PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel bench raw append";
  return expect(journal::PostgresJournal::open(options));
}

}  // namespace

RawJournal::RawJournal(const std::string& dsn) : journal_(open(dsn)), owner_{make_uuid_v7(system_now()), "keel bench"} {
  expect(journal_->beat(owner_));
  auto taken = expect(journal_->take_over(owner_, contexts(), false));
  if (taken.held.empty()) {
    throw std::runtime_error("raw journal: its lanes are " + taken.rivals.front().owner + "'s; give the raw append a " +
                             "database of its own");
  }
  lanes_ = std::move(taken.held.front());
  expect(journal_->keep_receipts(a_week));
}

RawJournal::~RawJournal() { static_cast<void>(journal_->give_up(owner_)); }

void RawJournal::append(const std::vector<Entry>& entries) {
  std::vector<const Entry*> pointers;
  pointers.reserve(entries.size());
  for (const auto& entry : entries) pointers.push_back(&entry);
  const auto appended = journal_->append({contexts().front(), lanes_, pointers});
  if (appended.outcome != AppendOutcome::stored) throw std::runtime_error("raw append: " + appended.what);
  for (const auto& entry : entries) {
    auto& lane = lanes_[static_cast<std::size_t>(entry.lane.value)];
    lane.last = lane.last.plus(static_cast<std::int64_t>(entry.events.size()));
  }
}

CartRows::CartRows(Population population, std::int32_t lane_count)
    : prefix_(make_uuid_v7(system_now()).text() + "-"),
      population_(population),
      versions_(population.count),
      lane_count_(lane_count) {}

Entry CartRows::next() {
  const std::size_t cart = (population_.at_random ? random_() : made_++) % versions_.size();
  Entry entry;
  entry.aggregate = {"Cart", prefix_ + std::to_string(cart)};
  entry.lane = lane_of(entry.aggregate.type, entry.aggregate.id, lane_count_);
  entry.expected = versions_[cart];
  entry.check_version = entry.expected == Version{};
  entry.events.push_back({"keel.cart.v1.ItemAdded", std::string(64, 'e')});
  entry.metadata = std::string(28, 'm');
  entry.receipt = Entry::Receipted{make_uuid_v7(system_now()), "anonymous", {}, std::string(8, 'r')};
  versions_[cart] = entry.version_after();
  return entry;
}

std::vector<Entry> CartRows::next(std::size_t count) {
  std::vector<Entry> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) entries.push_back(next());
  return entries;
}

Outcome raw_append(const std::string& dsn, std::size_t batch, const Population& population,
                   std::chrono::milliseconds measured, const Processes& processes) {
  RawJournal journal(dsn);
  CartRows rows(population, journal.lane_count());
  Outcome outcome;
  CpuWatch cpu(processes);
  const auto start = steady_clock::now();
  auto now = start;
  while (now - start < measured) {
    journal.append(rows.next(batch));
    const auto before = std::exchange(now, steady_clock::now());
    outcome.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(now - before).count());
    outcome.answered += batch;
  }
  outcome.cpu_seconds = cpu.used();
  outcome.seconds = std::chrono::duration<double>(now - start).count();
  return outcome;
}

}  // namespace keel::bench

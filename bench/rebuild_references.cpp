#include "bench/rebuild_references.hpp"

#include <atomic>
#include <future>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/postgres_copying.hpp"
#include "bench/postgres_reading.hpp"
#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

/// Events of one read, as a rebuild has it.
constexpr std::size_t chunk = 20'000;

template <class T>
T expect(Result<T> result) {
  if (!result) throw std::runtime_error("raw reading: " + result.fault().what);
  return *std::move(result);
}

journal::PostgresOptions options(const std::string& dsn) {
  journal::PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel bench raw reading";
  return options;
}

void read_lane(journal::EventScan& scan, const std::string& context, Lane lane, Position head) {
  for (Position at; at < head;) {
    const auto reached = expect(scan.scan(context, lane, at, head, chunk, [](const auto&) {}));
    if (reached == at) throw std::runtime_error("raw reading: a lane of " + context + " ends before its head");
    at = reached;
  }
}

}  // namespace

Outcome read_lanes(const std::string& journal_dsn, const std::string& context, std::size_t sessions) {
  const auto heads = expect(expect(journal::PostgresJournal::open(options(journal_dsn)))->heads(context));
  const auto open_scan = journal::postgres_event_scan(options(journal_dsn));
  std::atomic<std::size_t> next{0};
  Outcome outcome;
  const auto began = steady_clock::now();
  std::vector<std::future<void>> readers;
  for (std::size_t i = 0; i < sessions; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      const auto scan = expect(open_scan());
      for (auto lane = next++; lane < heads.size(); lane = next++) {
        read_lane(*scan, context, Lane{static_cast<std::int32_t>(lane)}, heads[lane]);
      }
    }));
  }
  for (auto& reader : readers) reader.get();
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  for (const auto head : heads) outcome.answered += static_cast<std::uint64_t>(head.value);
  return outcome;
}

Outcome copy_rows(const std::string& read_dsn, const std::string& table) {
  const std::string again = table + "_again";
  PostgresCopying session(read_dsn);
  session.run("DROP TABLE IF EXISTS " + again + "; CREATE TABLE " + again + " (LIKE " + table + " INCLUDING ALL)");
  const auto rows =
      session.copy_out("COPY (SELECT * FROM " + table + " ORDER BY lane, cart_id) TO STDOUT (FORMAT binary)");
  Outcome outcome;
  const auto began = steady_clock::now();
  session.copy_in("COPY " + again + " FROM STDIN (FORMAT binary)", rows);
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  outcome.answered = static_cast<std::uint64_t>(PostgresReading(read_dsn).number("SELECT count(*) FROM " + again));
  session.run("DROP TABLE " + again);
  return outcome;
}

}  // namespace keel::bench

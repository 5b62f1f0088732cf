#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "query/postgres_options.hpp"
#include "query/postgres_table_sql.hpp"
#include "query/reads.hpp"

namespace keel::query {

/// Reads by a few sessions, each with a thread of its own. What queues up meanwhile is read in one statement.
class PostgresReads final : public Reads {
 public:
  struct Options {
    std::string dsn;
    std::size_t sessions = 2;
    /// Reads in the queue; more are refused.
    std::size_t max_queued = 16'384;
    /// Most point reads of one statement.
    std::size_t max_together = 256;
    std::chrono::milliseconds statement_timeout{5'000};
    /// A session that could not be opened is tried again after this long; reads fail at once meanwhile.
    std::chrono::milliseconds reopen_after{500};
  };

  explicit PostgresReads(Options options);
  /// Answers what is queued with `unavailable`, and joins.
  ~PostgresReads() override;

  void find(const Table& table, std::int64_t generation, Key key, Found then) override;
  void list(Listing listing, Listed then) override;
  std::optional<std::string> trouble() const override;

 private:
  struct Point {
    const Table* table;
    std::int64_t generation;
    Key key;
    Found then;
  };
  struct Worker {
    std::unique_ptr<postgres::Session> session;
    std::chrono::steady_clock::time_point next_try;
    std::map<std::pair<const Table*, std::int64_t>, TableSql> sql;
  };

  /// The longer of the two queues, each of which may hold `max_queued`.
  std::size_t queue_length();
  void work();
  bool has_session(Worker& worker);
  std::optional<postgres::Answer> run(Worker& worker, std::string_view sql, const postgres::Parameters& parameters);
  std::vector<Point> take_points();
  void read(Worker& worker, std::vector<Point> points);
  static postgres::Parameters keys_of(const Table& table, std::vector<Point>& points);
  void read(Worker& worker, std::pair<Listing, Listed> job);
  void tell(std::string trouble);

  const Options options_;
  mutable std::mutex mutex_;
  /// Empty: none.
  std::string trouble_;
  std::condition_variable queued_;
  std::deque<Point> points_;
  std::deque<std::pair<Listing, Listed>> listings_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  std::shared_ptr<void> sampling_;
};

}  // namespace keel::query

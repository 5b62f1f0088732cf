#include "query/postgres_reads.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "query/postgres_values.hpp"

namespace keel::query {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// A read changes nothing, so a session that turned out to be dead is worth one more try on a fresh one.
constexpr int tries = 2;

std::map<Key, Row> rows_by_key(const Table& table, const Answer& answer) {
  std::map<Key, Row> rows;
  for (int i = 0; i < answer.size(); ++i) {
    Row row = row_of(table.columns, answer, i);
    Key key(row.values.begin(), row.values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
    rows.emplace(std::move(key), std::move(row));
  }
  return rows;
}

}  // namespace

PostgresReads::PostgresReads(Options options) : options_(std::move(options)) {
  const auto waiting = ops::metrics().gauge("keel_query_reads_queued",
                                            "Reads of rows that wait for a session, in the longer of the two queues");
  const auto limit = ops::metrics().gauge("keel_query_reads_limit", "Reads that may wait in a queue; more are refused");
  limit.set(static_cast<double>(options_.max_queued));
  sampling_ = ops::metrics().before_scrape([this, waiting] { waiting.set(static_cast<double>(queue_length())); });
  for (std::size_t i = 0; i < options_.sessions; ++i) threads_.emplace_back([this] { work(); });
}

PostgresReads::~PostgresReads() {
  sampling_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queued_.notify_all();
  for (auto& thread : threads_) thread.join();
  for (auto& point : points_) point.then(ReadFault::unavailable);
  for (auto& [listing, then] : listings_) then(ReadFault::unavailable);
}

std::size_t PostgresReads::queue_length() {
  const std::lock_guard lock(mutex_);
  return std::max(points_.size(), listings_.size());
}

void PostgresReads::find(const Table& table, std::int64_t generation, Key key, Found then) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && points_.size() < options_.max_queued) {
      points_.push_back({&table, generation, std::move(key), std::move(then)});
      queued_.notify_one();
      return;
    }
  }
  then(ReadFault::too_many);
}

void PostgresReads::list(Listing listing, Listed then) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && listings_.size() < options_.max_queued) {
      listings_.emplace_back(std::move(listing), std::move(then));
      queued_.notify_one();
      return;
    }
  }
  then(ReadFault::too_many);
}

void PostgresReads::work() {
  Worker worker;
  bool listing_next = false;
  std::unique_lock lock(mutex_);
  while (true) {
    queued_.wait(lock, [this] { return stopping_ || !points_.empty() || !listings_.empty(); });
    if (stopping_) return;
    if (!listings_.empty() && (listing_next || points_.empty())) {
      auto job = std::move(listings_.front());
      listings_.pop_front();
      lock.unlock();
      read(worker, std::move(job));
    } else {
      auto points = take_points();
      lock.unlock();
      read(worker, std::move(points));
    }
    listing_next = !listing_next;
    lock.lock();
  }
}

/// The first in the queue, and those right behind it that read the same table.
std::vector<PostgresReads::Point> PostgresReads::take_points() {
  const auto& first = points_.front();
  const auto limit = points_.begin() + static_cast<std::ptrdiff_t>(std::min(points_.size(), options_.max_together));
  const auto end = std::find_if(points_.begin(), limit, [&](const Point& point) {
    return point.table != first.table || point.generation != first.generation;
  });
  std::vector<Point> taken(std::make_move_iterator(points_.begin()), std::make_move_iterator(end));
  points_.erase(points_.begin(), end);
  if (!points_.empty()) queued_.notify_one();
  return taken;
}

std::optional<std::string> PostgresReads::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_.empty() ? std::nullopt : std::optional(trouble_);
}

void PostgresReads::tell(std::string trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

bool PostgresReads::has_session(Worker& worker) {
  if (worker.session && worker.session->usable()) return true;
  worker.session.reset();
  const auto now = std::chrono::steady_clock::now();
  if (now < worker.next_try) return false;
  SessionOptions options;
  options.name = "keel query";
  options.statement_timeout = options_.statement_timeout;
  options.connect_timeout = std::chrono::milliseconds(2'000);
  auto opened = open_session(options_.dsn, options);
  if (!opened) {
    worker.next_try = now + options_.reopen_after;
    log::warn("query", "cannot read", {{"why", opened.fault().what}});
    tell(opened.fault().what);
    return false;
  }
  worker.session = *std::move(opened);
  tell("");
  return true;
}

/// Nothing when the store cannot be reached, or refused.
std::optional<Answer> PostgresReads::run(Worker& worker, std::string_view sql, const Parameters& parameters) {
  for (int i = 0; i < tries && has_session(worker); ++i) {
    auto answer = worker.session->run(sql, parameters);
    if (answer.ok()) return answer;
    if (!worker.session->usable()) continue;
    log::error("query", "a read was refused", {{"why", what_of(answer)}});
    return {};
  }
  return {};
}

void PostgresReads::read(Worker& worker, std::vector<Point> points) {
  const Table& table = *points.front().table;
  const auto generation = points.front().generation;
  auto& sql = worker.sql[{&table, generation}];
  if (sql.read.empty()) sql = table_sql(table, generation);
  const auto answer = run(worker, sql.read, keys_of(table, points));
  if (!answer) {
    for (auto& point : points) point.then(ReadFault::unavailable);
    return;
  }
  const auto rows = rows_by_key(table, *answer);
  for (auto& point : points) {
    const auto found = rows.find(point.key);
    point.then(found == rows.end() ? std::optional<Row>() : std::optional<Row>(found->second));
  }
}

/// The points' keys, each once, in their order.
Parameters PostgresReads::keys_of(const Table& table, std::vector<Point>& points) {
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.key < b.key; });
  std::vector<const Key*> keys;
  for (const auto& point : points) {
    if (keys.empty() || *keys.back() != point.key) keys.push_back(&point.key);
  }
  Parameters parameters;
  for (std::size_t part = 0; part < table.key_columns; ++part) {
    put_array(parameters, table.columns[part].type, keys, [&](const Key* key) -> const Value& { return (*key)[part]; });
  }
  return parameters;
}

void PostgresReads::read(Worker& worker, std::pair<Listing, Listed> job) {
  const auto& [listing, then] = job;
  Parameters parameters;
  for (const auto& [type, value] : listing.parameters) put(parameters, type, value);
  const auto answer = run(worker, listing.sql, parameters);
  if (!answer) return then(ReadFault::unavailable);
  std::vector<std::vector<Value>> rows(static_cast<std::size_t>(answer->size()));
  for (int row = 0; row < answer->size(); ++row) {
    auto& values = rows[static_cast<std::size_t>(row)];
    for (std::size_t column = 0; column < listing.columns.size(); ++column) {
      values.push_back(value_at(*answer, listing.columns[column], row, static_cast<int>(column)));
    }
  }
  then(std::move(rows));
}

}  // namespace keel::query

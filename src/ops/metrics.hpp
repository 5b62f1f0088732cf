#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace keel::ops {

/// Names and values; every value comes from a bounded set (never an id).
using Labels = std::map<std::string, std::string>;

/// Counts up. A small handle to a series that lives as long as its `Metrics`; copies count the same series.
/// One relaxed atomic addition; any thread. A default-made handle counts nowhere.
class Counter {
 public:
  Counter() = default;
  explicit Counter(std::atomic<std::uint64_t>* cell) : cell_(cell) {}
  void add(std::uint64_t count = 1) const {
    if (cell_ != nullptr) cell_->fetch_add(count, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return cell_ == nullptr ? 0 : cell_->load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t>* cell_ = nullptr;
};

/// Goes up and down. Otherwise as `Counter`.
class Gauge {
 public:
  Gauge() = default;
  explicit Gauge(std::atomic<double>* cell) : cell_(cell) {}
  void set(double value) const {
    if (cell_ != nullptr) cell_->store(value, std::memory_order_relaxed);
  }
  void add(double change) const {
    if (cell_ != nullptr) cell_->fetch_add(change, std::memory_order_relaxed);
  }
  double value() const { return cell_ == nullptr ? 0 : cell_->load(std::memory_order_relaxed); }

 private:
  std::atomic<double>* cell_ = nullptr;
};

/// What a histogram counts into: the upper bounds (ascending, `+Inf` implied) and one count for each.
struct HistogramCells {
  explicit HistogramCells(std::vector<double> upper_bounds)
      : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}
  const std::vector<double> bounds;
  std::vector<std::atomic<std::uint64_t>> counts;
  std::atomic<double> sum{0};
};

/// Distribution of a quantity in base units (seconds, bytes). Otherwise as `Counter`: no lock.
class Histogram {
 public:
  Histogram() = default;
  explicit Histogram(HistogramCells* cells) : cells_(cells) {}
  explicit operator bool() const { return cells_ != nullptr; }
  void observe(double value) const {
    if (cells_ == nullptr) return;
    std::size_t bucket = 0;
    while (bucket < cells_->bounds.size() && value > cells_->bounds[bucket]) ++bucket;
    cells_->counts[bucket].fetch_add(1, std::memory_order_relaxed);
    cells_->sum.fetch_add(value, std::memory_order_relaxed);
  }
  std::uint64_t count() const;

 private:
  HistogramCells* cells_ = nullptr;
};

/// Latencies in seconds as gRPC's proposal A66 buckets them: 10 µs … 100 s.
const std::vector<double>& latency_buckets();
/// Sizes of batches: 1, 2, 5, 10 … 10,000.
const std::vector<double>& count_buckets();

/// All series of a process, and their text for Prometheus (exposition format 0.0.4).
///
/// Ask for a handle once and keep it: asking takes a lock. The same name and labels give the same series. The same name
/// as another kind, a name that Prometheus does not take, or bounds that do not ascend is a bug: it throws
/// std::logic_error at start, where series are made. Any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Names: `keel_…`, base unit, counters end in `_total`.
  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                      const Labels& labels = {});

  /// Called before each scrape, on the scraper's thread, to set gauges that nobody wants to keep up to date all the
  /// time. Must not block. Stays until the returned handle is dropped, which waits for a scrape that is running.
  [[nodiscard]] std::shared_ptr<void> before_scrape(std::function<void()> sample);

  /// Everything, as Prometheus reads it, with `process_*` of this process.
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

/// The process's own.
Metrics& metrics();

}  // namespace keel::ops

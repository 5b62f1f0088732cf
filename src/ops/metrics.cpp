#include "ops/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <list>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <variant>

#include "ops/process_metrics.hpp"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using CounterCell = std::atomic<std::uint64_t>;
using GaugeCell = std::atomic<double>;
using Cell = std::variant<std::unique_ptr<CounterCell>, std::unique_ptr<GaugeCell>, std::unique_ptr<HistogramCells>>;

struct Family {
  MetricType type;
  std::string help;
  std::map<Labels, Cell> series;
};

void read(const CounterCell& cell, ClientMetric& metric) {
  metric.counter.value = static_cast<double>(cell.load(std::memory_order_relaxed));
}

void read(const GaugeCell& cell, ClientMetric& metric) { metric.gauge.value = cell.load(std::memory_order_relaxed); }

void read(const HistogramCells& cells, ClientMetric& metric) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < cells.counts.size(); ++i) {
    seen += cells.counts[i].load(std::memory_order_relaxed);
    const bool last = i == cells.bounds.size();
    metric.histogram.bucket.push_back({seen, last ? std::numeric_limits<double>::infinity() : cells.bounds[i]});
  }
  metric.histogram.sample_count = seen;
  metric.histogram.sample_sum = cells.sum.load(std::memory_order_relaxed);
}

ClientMetric series_of(const Labels& labels, const Cell& cell) {
  ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  std::visit([&](const auto& content) { read(*content, metric); }, cell);
  return metric;
}

[[noreturn]] void reject(std::string_view name, std::string_view why) {
  throw std::logic_error("metric " + std::string(name) + ": " + std::string(why));
}

void check_names(std::string_view name, const Labels& labels) {
  if (!prometheus::CheckMetricName(std::string(name))) reject(name, "Prometheus takes no such name");
  for (const auto& [label, value] : labels) {
    if (!prometheus::CheckLabelName(label)) reject(name, "Prometheus takes no label named " + label);
  }
}

Labels mended(const Labels& labels) {
  Labels copy = labels;
  for (auto& [name, value] : copy) value = mend_utf8(value);
  return copy;
}

}  // namespace

struct Metrics::Families {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> by_name;
  /// Held through a scrape, so that dropping a sample waits for it. Never together with `mutex` by a sample's own
  /// doing.
  mutable std::recursive_mutex sampling;
  std::list<std::function<void()>> samples;

  template <class Content, class Make>
  Content& series(std::string_view name, std::string_view help, MetricType type, const Labels& labels, Make make) {
    check_names(name, labels);
    const std::lock_guard lock(mutex);
    auto& family = by_name.try_emplace(std::string(name), Family{type, std::string(help), {}}).first->second;
    if (family.type != type) reject(name, "is known already, as another kind");
    const Labels clean = mended(labels);
    auto found = family.series.find(clean);
    if (found == family.series.end()) found = family.series.emplace(clean, make()).first;
    return *std::get<std::unique_ptr<Content>>(found->second);
  }

  std::vector<MetricFamily> collect() const {
    const std::lock_guard lock(mutex);
    std::vector<MetricFamily> all;
    for (const auto& [name, family] : by_name) {
      MetricFamily& collected = all.emplace_back(MetricFamily{name, family.help, family.type, {}});
      for (const auto& [labels, cell] : family.series) collected.metric.push_back(series_of(labels, cell));
    }
    return all;
  }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return Counter(&families_->series<CounterCell>(name, help, MetricType::Counter, labels,
                                                 [] { return std::make_unique<CounterCell>(0); }));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return Gauge(&families_->series<GaugeCell>(name, help, MetricType::Gauge, labels,
                                             [] { return std::make_unique<GaugeCell>(0.0); }));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                             const Labels& labels) {
  if (std::ranges::adjacent_find(bounds, std::greater_equal<>()) != bounds.end()) reject(name, "bounds must ascend");
  return Histogram(&families_->series<HistogramCells>(name, help, MetricType::Histogram, labels,
                                                      [&] { return std::make_unique<HistogramCells>(bounds); }));
}

std::shared_ptr<void> Metrics::before_scrape(std::function<void()> sample) {
  const std::lock_guard lock(families_->sampling);
  const auto place = families_->samples.insert(families_->samples.end(), std::move(sample));
  return std::shared_ptr<void>(nullptr, [families = families_.get(), place](void*) {
    const std::lock_guard last_scrape(families->sampling);
    families->samples.erase(place);
  });
}

std::string Metrics::text() const {
  {
    const std::lock_guard lock(families_->sampling);
    for (const auto& sample : families_->samples) sample();
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_->collect());
  return out.str() + process_metrics();
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  if (cells_ == nullptr) return total;
  for (const auto& cell : cells_->counts) total += cell.load(std::memory_order_relaxed);
  return total;
}

const std::vector<double>& latency_buckets() {
  static const std::vector<double> bounds = {
      0.00001, 0.00005, 0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01,
      0.013,   0.016,   0.02,   0.025,  0.03,   0.04,   0.05,  0.065, 0.08,  0.1,   0.13,  0.16,  0.2,   0.25,
      0.3,     0.4,     0.5,    0.65,   0.8,    1,      2,     5,     10,    20,    50,    100};
  return bounds;
}

const std::vector<double>& count_buckets() {
  static const std::vector<double> bounds = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
  return bounds;
}

Metrics& metrics() {
  static Metrics* const instance = new Metrics;
  return *instance;
}

}  // namespace keel::ops

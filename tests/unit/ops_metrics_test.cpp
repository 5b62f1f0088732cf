#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace keel::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, TellCountersGaugesAndHistogramsAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.counter("keel_things_total", "Things.", {{"kind", "a"}}).add(3);
  metrics.gauge("keel_level", "Level.").set(1.5);
  const auto durations = metrics.histogram("keel_wait_seconds", "Wait.", {0.1, 1});
  durations.observe(0.1);
  durations.observe(0.5);
  durations.observe(7);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP keel_things_total Things.\n# TYPE keel_things_total counter\n"
                              "keel_things_total{kind=\"a\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE keel_level gauge\nkeel_level 1.5\n"));
  EXPECT_THAT(text, HasSubstr("keel_wait_seconds_count 3\nkeel_wait_seconds_sum 7.6\n"
                              "keel_wait_seconds_bucket{le=\"0.1\"} 1\nkeel_wait_seconds_bucket{le=\"1\"} 2\n"
                              "keel_wait_seconds_bucket{le=\"+Inf\"} 3\n"));
}

TEST(Metrics, GiveTheSameSeriesForTheSameNameAndLabels) {
  Metrics metrics;
  metrics.counter("n_total", "h", {{"a", "1"}}).add();
  metrics.counter("n_total", "h", {{"a", "1"}}).add();
  metrics.counter("n_total", "h", {{"a", "2"}}).add();
  EXPECT_EQ(metrics.counter("n_total", "h", {{"a", "1"}}).value(), 2u);
  EXPECT_EQ(metrics.counter("n_total", "h", {{"a", "2"}}).value(), 1u);
}

TEST(Metrics, RefuseANameOfAnotherKindAndNamesThatPrometheusDoesNotTake) {
  Metrics metrics;
  metrics.counter("n_total", "h");
  EXPECT_THROW(metrics.gauge("n_total", "h"), std::logic_error);
  EXPECT_THROW(metrics.counter("no dash", "h"), std::logic_error);
  EXPECT_THROW(metrics.counter("n2_total", "h", {{"le gume", "x"}}), std::logic_error);
  EXPECT_THROW(metrics.histogram("h", "h", {1, 1}), std::logic_error);
  EXPECT_THROW(metrics.histogram("h", "h", {2, 1}), std::logic_error);
}

TEST(Metrics, EscapeHostileLabelValues) {
  Metrics metrics;
  metrics.counter("n_total", "h", {{"a", "x\"\n\\\xFF"}}).add();
  EXPECT_THAT(metrics.text(), HasSubstr("n_total{a=\"x\\\"\\n\\\\\\\\xff\"} 1\n"));
}

TEST(Metrics, AskSamplesBeforeEachScrapeUntilTheirHandleIsDropped) {
  Metrics metrics;
  const Gauge depth = metrics.gauge("keel_depth", "h");
  int asked = 0;
  auto sampling = metrics.before_scrape([&] { depth.set(++asked); });
  EXPECT_THAT(metrics.text(), HasSubstr("keel_depth 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("keel_depth 2\n"));
  sampling.reset();
  EXPECT_THAT(metrics.text(), HasSubstr("keel_depth 2\n"));
  EXPECT_EQ(asked, 2);
}

TEST(Metrics, TellAboutTheProcess) {
  const std::string text = Metrics().text();
  for (const char* name : {"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
                           "process_threads ", "process_start_time_seconds "}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name));
  }
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(Metrics, LoseNothingWhenManyThreadsCount) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&metrics] {
        const auto counter = metrics.counter("n_total", "h");
        const auto durations = metrics.histogram("d_seconds", "h", latency_buckets());
        const auto level = metrics.gauge("g", "h");
        for (int i = 0; i < 10'000; ++i) {
          counter.add();
          durations.observe(0.001);
          level.add(i % 2 == 0 ? 1 : -1);
        }
      });
    }
  }
  EXPECT_EQ(metrics.counter("n_total", "h").value(), 40'000u);
  EXPECT_EQ(metrics.histogram("d_seconds", "h", latency_buckets()).count(), 40'000u);
  EXPECT_EQ(metrics.gauge("g", "h").value(), 0);
}

TEST(Handles, CountNowhereWhenDefaultMade) {
  Counter().add();
  Gauge().set(1);
  Histogram().observe(1);
  EXPECT_EQ(Counter().value(), 0u);
  EXPECT_EQ(Histogram().count(), 0u);
}

}  // namespace
}  // namespace keel::ops

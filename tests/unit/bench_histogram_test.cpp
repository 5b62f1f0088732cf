#include "bench/histogram.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "bench/spread.hpp"

namespace keel::bench {
namespace {

Histogram of_one_to(std::int64_t most) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= most; ++value) histogram.record(value);
  return histogram;
}

TEST(Histogram, TellsEveryQuantileWithinItsErrorNeverTooLow) {
  const Histogram histogram = of_one_to(1'000'000);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 1'000'000;
    EXPECT_GE(histogram.quantile(share), exact) << share;
    EXPECT_LE(histogram.quantile(share), exact * 1.017) << share;
  }
}

TEST(Histogram, IsExactForSmallValues) { EXPECT_EQ(of_one_to(50).quantile(0.5), 26); }

TEST(Histogram, IsZeroWhenEmpty) {
  EXPECT_EQ(Histogram().quantile(0.99), 0);
  EXPECT_EQ(Histogram().largest(), 0);
}

TEST(Histogram, MergesAsIfAllHadBeenRecordedInOne) {
  Histogram both = of_one_to(1'000);
  Histogram late;
  for (int i = 0; i < 1'000; ++i) late.record(80'000);
  both.merge(late);
  EXPECT_EQ(both.total(), 2'000U);
  EXPECT_LE(both.quantile(0.49), 1'000);
  EXPECT_GE(both.quantile(0.51), 80'000);
  EXPECT_GE(both.largest(), 80'000);
}

TEST(Histogram, TakesAnyNumber) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(histogram.total(), 2U);
  EXPECT_EQ(histogram.quantile(0), 0);
  EXPECT_GT(histogram.largest(), 1e12);
}

TEST(Spread, IsMedianLeastAndMostInAnyOrder) {
  const Spread spread = spread_of({9, 1, 4});
  EXPECT_EQ(spread.median, 4);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.most, 9);
  EXPECT_EQ(median_of({1, 2, 3, 10}), 2.5);
  EXPECT_EQ(median_of({}), 0);
}

}  // namespace
}  // namespace keel::bench

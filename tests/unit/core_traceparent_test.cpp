#include "core/traceparent.hpp"

#include <gtest/gtest.h>

namespace keel {
namespace {

constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings";

TEST(Traceparent, HasTheFormOfW3c) {
  EXPECT_TRUE(is_traceparent(good));
  EXPECT_TRUE(is_traceparent(later));
  for (const std::string_view bad : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                                     "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                     "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                     "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                     "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                     "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                                     "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                                     "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
                                     "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"}) {
    EXPECT_FALSE(is_traceparent(bad)) << bad;
    EXPECT_EQ(trace_id_of(bad), "") << bad;
    EXPECT_EQ(as_version_00(bad), "") << bad;
  }
}

TEST(Traceparent, NamesItsTrace) {
  EXPECT_EQ(trace_id_of(good), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace_id_of(later), "0af7651916cd43dd8448eb211c80319c");
}

TEST(Traceparent, OfALaterVersionIsWrittenAsTheOneThatWeKnow) {
  EXPECT_EQ(as_version_00(later), good);
  EXPECT_EQ(as_version_00(good), good);
}

}  // namespace
}  // namespace keel

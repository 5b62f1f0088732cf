#include <gtest/gtest.h>

#include "ops/listen_address.hpp"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

TEST(Utf8, TakesWellFormedCharacters) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("é!"), 2u);
  EXPECT_EQ(utf8_length("€"), 3u);
  EXPECT_EQ(utf8_length("😀"), 4u);
  EXPECT_EQ(utf8_length(std::string_view("\0", 1)), 1u);
}

TEST(Utf8, RefusesOverlongSurrogatesTruncatedAndOutOfRange) {
  for (const std::string_view bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                     "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3", "\xC3("}) {
    EXPECT_EQ(utf8_length(bad), 0u) << mend_utf8(bad);
  }
  EXPECT_EQ(utf8_length(""), 0u);
}

TEST(Utf8, MendsOnlyWhatIsBroken) {
  EXPECT_EQ(mend_utf8("a\xFFz"), "a\\xffz");
  EXPECT_EQ(mend_utf8("na\xC3\xAFve"), "na\xC3\xAFve");
  EXPECT_EQ(mend_utf8("\xE2\x82"), "\\xe2\\x82");
}

TEST(Utf8, NeverCutsACharacterInTwo) {
  EXPECT_EQ(utf8_prefix("a€b", 3), "a");
  EXPECT_EQ(utf8_prefix("a€b", 4), "a€");
  EXPECT_EQ(utf8_prefix("abc", 9), "abc");
  EXPECT_EQ(utf8_prefix("abc", 0), "");
}

TEST(ListenAddress, ReadsHostAndPort) {
  EXPECT_EQ(parse_address("127.0.0.1:9464")->host, "127.0.0.1");
  EXPECT_EQ(parse_address("127.0.0.1:9464")->port, 9464);
  EXPECT_EQ(parse_address("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_address("localhost:65535")->port, 65535);
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text :
       {"", ":", ":80", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "[]:80", "h:80 "}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(ListenAddress, SaysWhatToDoAboutABadOne) {
  EXPECT_EQ(cannot_listen("status server", "nonsense"),
            "status server: cannot listen on nonsense: it is no address; write host:port, e.g. 127.0.0.1:9464");
}

}  // namespace
}  // namespace keel::ops

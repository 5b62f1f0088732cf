#include "core/uuid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace keel {
namespace {

constexpr std::string_view example = "018bcfe5-6800-7abc-9def-0123456789ab";
const Timestamp some_time(std::chrono::milliseconds(1'700'000'000'123));

TEST(Uuid, IsWrittenAsItWasRead) { EXPECT_EQ(parse_uuid(example)->text(), example); }

TEST(Uuid, IsReadInEitherCaseAndWrittenInLower) {
  EXPECT_EQ(parse_uuid("018BCFE5-6800-7ABC-9DEF-0123456789AB")->text(), example);
}

TEST(Uuid, IsNothingElse) {
  for (const char* text : {"", "018bcfe5", "018bcfe568007abc9def0123456789ab", "{018bcfe5-6800-7abc-9def-0123456789ab}",
                           "urn:uuid:018bcfe5-6800-7abc-9def-0123456789ab", "018bcfe5-6800-7abc-9def-0123456789a",
                           "018bcfe5-6800-7abc-9def-0123456789abc", "018bcfe5-6800-7abc-9def-0123456789ag",
                           "018bcfe5 6800-7abc-9def-0123456789ab", "018bcfe-56800-7abc-9def-0123456789ab",
                           " 18bcfe5-6800-7abc-9def-0123456789ab"}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(Uuid, KnowsItsVersion) {
  EXPECT_EQ(parse_uuid(example)->version(), 7);
  EXPECT_EQ(parse_uuid("2ed6657d-e927-468b-95e1-2665a8aea6a2")->version(), 4);
}

TEST(UuidV7, SaysWhenItWasMade) {
  const Uuid id = make_uuid_v7(some_time);
  EXPECT_EQ(id.version(), 7);
  EXPECT_EQ(id.bytes[8] >> 6, 2) << "variant of RFC 9562";
  EXPECT_EQ(id.made_at(), some_time);
}

TEST(UuidV7, IsFreshEveryTime) {
  std::set<Uuid> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(make_uuid_v7(some_time));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(UuidV7, SortsByTime) {
  EXPECT_LT(make_uuid_v7(some_time), make_uuid_v7(some_time + std::chrono::milliseconds(1)));
}

// The example of RFC 9562, appendix A.4: SHA-1 of the DNS name space and "www.example.com".
TEST(UuidV5, IsTheMarkedDigest) {
  const std::array<std::uint8_t, 16> digest{0x2e, 0xd6, 0x65, 0x7d, 0xe9, 0x27, 0x46, 0x8b,
                                            0x55, 0xe1, 0x26, 0x65, 0xa8, 0xae, 0xa6, 0xa2};
  EXPECT_EQ(uuid_v5_from_digest(digest).text(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(uuid_v5_from_digest(digest).version(), 5);
}

TEST(Uuid, HashesByAllItsBytes) {
  const auto id = *parse_uuid(example);
  auto other = id;
  other.bytes[15] ^= 1;
  EXPECT_NE(std::hash<Uuid>{}(id), std::hash<Uuid>{}(other));
  other = id;
  other.bytes[0] ^= 1;
  EXPECT_NE(std::hash<Uuid>{}(id), std::hash<Uuid>{}(other));
}

}  // namespace
}  // namespace keel

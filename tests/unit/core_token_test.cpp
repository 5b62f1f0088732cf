#include "core/token.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace keel {
namespace {

Token some_token() {
  return {*parse_uuid("00112233-4455-6677-8899-aabbccddeeff"), "cart", Lane{7}, Position{123'456'789'012}};
}

// Clients keep tokens: the form is for ever. Computed by another program in another language.
TEST(Token, HasThisForm) { EXPECT_EQ(encode(some_token()), "MQARIjNEVWZ3iJmqu8zd7v8AAAAHAAAAHL6ZGhRjYXJ0"); }

TEST(Token, ComesBackAsItWas) {
  EXPECT_EQ(decode_token(encode(some_token())), some_token());
  const Token extreme{Uuid{}, "x", Lane{std::numeric_limits<std::int32_t>::max()},
                      Position{std::numeric_limits<std::int64_t>::max()}};
  EXPECT_EQ(decode_token(encode(extreme)), extreme);
  const Token first{Uuid{}, "inventory", Lane{0}, Position{0}};
  EXPECT_EQ(decode_token(encode(first)), first);
}

TEST(Token, IsNothingElse) {
  const std::string good = encode(some_token());
  for (const std::string& text :
       {std::string(), std::string("x"), good + "=", good + " ", "?" + good, good.substr(0, 20), good.substr(1),
        good.substr(0, 39) /* no context */, "Mg" + good.substr(2) /* format 2 */}) {
    EXPECT_FALSE(decode_token(text)) << text;
  }
}

TEST(Token, RefusesNegativeLanesAndPositions) {
  Token token = some_token();
  token.lane = Lane{-1};
  EXPECT_FALSE(decode_token(encode(token)));
  token = some_token();
  token.position = Position{-1};
  EXPECT_FALSE(decode_token(encode(token)));
}

// RFC 4648, section 10, without padding.
TEST(Base64Url, EncodesTheExamplesOfTheStandard) {
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("foo"), "Zm9v");
  EXPECT_EQ(to_base64url("foob"), "Zm9vYg");
  EXPECT_EQ(to_base64url("fooba"), "Zm9vYmE");
  EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
}

TEST(Base64Url, ReturnsEveryByte) {
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes.push_back(static_cast<char>(length * 7));
  }
}

TEST(Base64Url, HasOneTextForOneValue) {
  EXPECT_EQ(from_base64url("Zg"), "f");
  EXPECT_FALSE(from_base64url("Zh")) << "stray bits";
  EXPECT_FALSE(from_base64url("Z")) << "half a byte";
  EXPECT_FALSE(from_base64url("Zg==")) << "padding";
  EXPECT_FALSE(from_base64url("+/+/")) << "the other alphabet";
}

}  // namespace
}  // namespace keel

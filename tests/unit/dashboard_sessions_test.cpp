#include "dashboard/sessions.hpp"

#include <gtest/gtest.h>

#include "dashboard/secrets.hpp"
#include "ops/secret.hpp"

namespace keel::dashboard {
namespace {

class SessionsTest : public testing::Test {
 protected:
  static AccessOptions tokens() {
    AccessOptions options;
    options.viewer_token = "look";
    options.operator_token = "mend";
    options.admin_token = "rule";
    options.attempts = {3, 5, std::chrono::minutes(1)};
    return options;
  }
  std::string logged_in(const std::string& token) {
    const auto cookie = sessions_.log_in(token, "here");
    return cookie ? *cookie : "";
  }
  std::string reason_of(const std::string& token, const std::string& address) {
    const auto cookie = sessions_.log_in(token, address);
    return cookie ? "" : cookie.refusal().reason;
  }

  Timestamp now_ = system_now();
  Sessions sessions_{tokens(), [this] { return now_; }};
};

TEST_F(SessionsTest, EachTokenGivesItsRole) {
  EXPECT_EQ(sessions_.visitor(logged_in("look"), "here").role, Role::viewer);
  EXPECT_EQ(sessions_.visitor(logged_in("mend"), "here").role, Role::operating);
  EXPECT_EQ(sessions_.visitor(logged_in("rule"), "here").role, Role::admin);
  EXPECT_EQ(sessions_.visitor(logged_in("rule"), "here").who, "admin@here");
}

TEST_F(SessionsTest, NobodyIsLoggedInByAnUnknownCookie) {
  EXPECT_FALSE(sessions_.visitor("", "here").role);
  EXPECT_FALSE(sessions_.visitor("guess", "here").role);
}

TEST_F(SessionsTest, EverySessionHasACookieAndACsrfTokenOfItsOwn) {
  const auto one = logged_in("look");
  const auto other = logged_in("look");
  EXPECT_NE(one, other);
  EXPECT_NE(sessions_.visitor(one, "").csrf, sessions_.visitor(other, "").csrf);
  EXPECT_NE(sessions_.visitor(one, "").csrf, sessions_.visitor("", "").csrf);
}

TEST_F(SessionsTest, AWrongTokenIsRefusedAndAnEmptyTokenOfTheSettingsLogsNobodyIn) {
  EXPECT_EQ(reason_of("loo", "here"), "TOKEN_WRONG");
  auto options = tokens();
  options.operator_token.clear();
  Sessions some(options);
  EXPECT_FALSE(some.log_in("", "here"));
}

TEST_F(SessionsTest, TooManyWrongTokensOfOneAddressCloseTheDoorToIt) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reason_of("guess", "there"), "TOKEN_WRONG");
  EXPECT_EQ(reason_of("rule", "there"), "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(reason_of("rule", "here"), "");
  now_ += std::chrono::seconds(61);
  EXPECT_EQ(reason_of("rule", "there"), "");
}

TEST_F(SessionsTest, TooManyWrongTokensOfAllCloseItToEverybody) {
  for (int i = 0; i < 5; ++i) reason_of("guess", std::to_string(i));
  EXPECT_EQ(reason_of("rule", "here"), "TOO_MANY_ATTEMPTS");
}

TEST_F(SessionsTest, ASessionEndsAfterItsLifetimeAndAtLogOut) {
  const auto cookie = logged_in("rule");
  now_ += std::chrono::hours(12) - std::chrono::seconds(1);
  EXPECT_TRUE(sessions_.visitor(cookie, "").role);
  now_ += std::chrono::seconds(1);
  EXPECT_FALSE(sessions_.visitor(cookie, "").role);
  const auto another = logged_in("rule");
  sessions_.log_out(another);
  EXPECT_FALSE(sessions_.visitor(another, "").role);
}

TEST_F(SessionsTest, WithoutTokensEverybodyHasTheGivenRole) {
  AccessOptions open;
  open.without_token = Role::admin;
  Sessions sessions(open);
  EXPECT_EQ(sessions.visitor("", "").role, Role::admin);
  EXPECT_EQ(sessions.log_in("x", "").refusal().reason, "NO_LOGIN");
}

TEST_F(SessionsTest, TheOldestSessionGoesWhenThereAreTooMany) {
  auto options = tokens();
  options.max_sessions = 2;
  Sessions few(options, [this] { return now_; });
  const auto first = *few.log_in("look", "");
  now_ += std::chrono::seconds(1);
  const auto second = *few.log_in("look", "");
  now_ += std::chrono::seconds(1);
  const auto third = *few.log_in("look", "");
  EXPECT_FALSE(few.visitor(first, "").role);
  EXPECT_TRUE(few.visitor(second, "").role);
  EXPECT_TRUE(few.visitor(third, "").role);
}

TEST(Secrets, AreLongRandomAndComparedAsAWhole) {
  EXPECT_EQ(random_secret().size(), 64u);
  EXPECT_NE(random_secret(), random_secret());
  EXPECT_TRUE(ops::same_secret("abc", "abc"));
  EXPECT_FALSE(ops::same_secret("abc", "abd"));
  EXPECT_FALSE(ops::same_secret("abc", "abcd"));
  EXPECT_FALSE(ops::same_secret("", "a"));
}

}  // namespace
}  // namespace keel::dashboard

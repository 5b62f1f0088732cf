#include "dashboard/refused_actions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "ops/log.hpp"

namespace keel::dashboard {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Request asking(std::vector<std::string> path, std::string body, std::string who = "viewer@here") {
  Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.content_type = "application/json";
  request.body = std::move(body);
  request.visitor = {Role::viewer, "csrf", std::move(who)};
  return request;
}

/// What becomes of refusals; the audit is a list.
class RefusedActionsTest : public testing::Test {
 protected:
  RefusedActionsTest() {
    log::Options quiet;
    quiet.sink = [this](log::Level, std::string_view line) { lines_.emplace_back(line); };
    log::configure(quiet);
  }
  ~RefusedActionsTest() override { log::configure({}); }

  RefusedActions::Options options() {
    return {{2, 3, std::chrono::minutes(1)}, [this] { return now_; }};
  }
  void refuse(const std::string& who, const Refusal& refusal = denied("ROLE_TOO_LOW", "no"), bool known = true) {
    refused_.note(asking({"projections", "carts", "pause"}, R"({"reason":"r"})", who), refusal, known);
  }

  Timestamp now_{seconds(1'000'000)};
  std::vector<replay::Deed> audit_;
  std::vector<std::string> lines_;
  ops::Metrics metrics_;
  bool reachable_ = true;
  RefusedActions refused_{[this](const auto& deed) -> Result<Done> {
                            if (!reachable_) return Fault{{}, "no database"};
                            audit_.push_back(deed);
                            return Done{};
                          },
                          metrics_, options()};
};

TEST_F(RefusedActionsTest, WritesDownWhoWantedWhatAndWhyNot) {
  refuse("viewer@here");
  ASSERT_THAT(audit_, SizeIs(1));
  EXPECT_EQ(audit_[0].who, "viewer@here");
  EXPECT_EQ(audit_[0].action, "pause");
  EXPECT_EQ(audit_[0].projection, "carts");
  EXPECT_EQ(audit_[0].reason, "r");
  EXPECT_EQ(audit_[0].result, "refused: ROLE_TOO_LOW: no");
}

TEST_F(RefusedActionsTest, OfStrangersOnlyTheLogIsTold) {
  refuse("nobody@here", denied("CSRF_WRONG", "no"), false);
  EXPECT_THAT(audit_, IsEmpty());
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_THAT(lines_[0], HasSubstr("CSRF_WRONG"));
}

TEST_F(RefusedActionsTest, WhatFailedForTheWorldsSakeIsNoRefusal) {
  refuse("viewer@here", unavailable("PROCESS_GONE", "it is not there"));
  EXPECT_THAT(audit_, IsEmpty());
}

TEST_F(RefusedActionsTest, APersonFillsNoAuditAndTheNextLineSaysWhatIsMissing) {
  for (int i = 0; i < 5; ++i) refuse("a");
  EXPECT_THAT(audit_, SizeIs(2));
  now_ += seconds(61);
  refuse("a");
  ASSERT_THAT(audit_, SizeIs(3));
  EXPECT_THAT(audit_[2].result, HasSubstr("(3 refusals before it are not written down here)"));
  EXPECT_THAT(lines_, SizeIs(6)) << "the log has all";
}

TEST_F(RefusedActionsTest, NeitherDoAllTogether) {
  for (const auto* who : {"a", "b", "c", "d", "e"}) refuse(who);
  EXPECT_THAT(audit_, SizeIs(3));
}

TEST_F(RefusedActionsTest, AnAuditThatIsAwayIsToldInTheLog) {
  reachable_ = false;
  refuse("a");
  ASSERT_THAT(lines_, SizeIs(2));
  EXPECT_THAT(lines_[1], HasSubstr("no database"));
}

TEST_F(RefusedActionsTest, CountsByWord) {
  refused_.count(denied("ROLE_TOO_LOW", "no"));
  refused_.count(denied("CSRF_WRONG", "no"));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_refused_actions_total{code=\"PERMISSION_DENIED\"} 2"));
}

// -- what was asked for --------------------------------------------------------------------------------------

TEST(AskedFor, ReadsAsMuchAsCanBeRead) {
  const auto crash =
      asked_for(asking({"actors", "control"},
                       R"({"process":"p","context":"cart","type":"Cart","id":"c-1","action":"crash","reason":"x"})"));
  EXPECT_EQ(crash.action, "actor crash");
  EXPECT_EQ(crash.target, "p cart Cart c-1");
  EXPECT_EQ(crash.reason, "x");
  const auto retry =
      asked_for(asking({"parked", "retry"}, R"({"projection":"carts","aggregate_type":"Cart","aggregate_id":"c-1"})"));
  EXPECT_EQ(retry.action, "parked retry");
  EXPECT_EQ(retry.projection, "carts");
  EXPECT_EQ(retry.target, "Cart c-1");
  EXPECT_EQ(asked_for(asking({"operations", "17", "cancel"}, "{}")).operation, 17);
  EXPECT_EQ(asked_for(asking({"projections", "carts", "drop"}, R"({"generation":2})")).generation, 2);
  EXPECT_EQ(asked_for(asking({"processes", "p", "log-level"}, "{}")).action, "log level");
}

TEST(AskedFor, LeavesOutWhatIsNoneOfItsFields) {
  const auto deed = asked_for(
      asking({"actors", "control"}, R"({"action":"<b>","process":[1],"id":")" + std::string(300, 'x') + "\"}"));
  EXPECT_EQ(deed.action, "actor control");
  EXPECT_EQ(deed.target, "");
  EXPECT_EQ(asked_for(asking({"projections", "carts", "pause"}, "no JSON")).reason, "");
  EXPECT_FALSE(asked_for(asking({"operations", "x", "cancel"}, "{}")).operation);
  EXPECT_EQ(asked_for(asking({"projections", std::string(4'000, 'x'), "pause"}, "{}")).projection.size(), 256U);
}

}  // namespace
}  // namespace keel::dashboard

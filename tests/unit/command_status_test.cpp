#include "command/status.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ops/error_status.hpp"

namespace keel::command {
namespace {

using actors::Accepted;
using actors::Answer;
using actors::RequestIdReused;
using actors::Trouble;
using actors::VersionConflict;
using domain::Refusal;

struct Expected {
  Answer answer;
  grpc::StatusCode code;
  std::string reason;
  std::string domain;
  bool retry;
  std::string outcome;
};

std::vector<Expected> every_error() {
  return {
      {Refusal{"CART_EMPTY", "an empty cart", {{"cart_id", "c"}}}, grpc::FAILED_PRECONDITION, "CART_EMPTY", "cart.keel",
       false, "refused"},
      {VersionConflict{{3}, {5}}, grpc::ABORTED, "VERSION_CONFLICT", "keel", false, "conflict"},
      {RequestIdReused{}, grpc::INVALID_ARGUMENT, "REQUEST_ID_REUSED", "keel", false, "reused"},
      {Trouble::overloaded, grpc::RESOURCE_EXHAUSTED, "OVERLOADED", "keel", true, "overloaded"},
      {Trouble::late, grpc::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "keel", false, "late"},
      {Trouble::not_owner, grpc::UNAVAILABLE, "NOT_OWNER", "keel", true, "not_owner"},
      {Trouble::quarantined, grpc::UNAVAILABLE, "AGGREGATE_QUARANTINED", "keel", false, "quarantined"},
      {Trouble::stopping, grpc::UNAVAILABLE, "STOPPING", "keel", true, "stopping"},
      {Trouble::restarted, grpc::UNAVAILABLE, "ACTOR_RESTARTING", "keel", true, "restarted"},
      {Trouble::outcome_unknown, grpc::UNAVAILABLE, "COMMIT_OUTCOME_UNKNOWN", "keel", true, "outcome_unknown"},
      {Trouble::journal_unavailable, grpc::UNAVAILABLE, "JOURNAL_UNAVAILABLE", "keel", true, "journal_unavailable"},
  };
}

TEST(StatusOf, TellsEveryAnswerByItsCodeReasonDomainAndRetry) {
  for (const Expected& each : every_error()) {
    const auto status = status_of(each.answer, "cart");
    EXPECT_EQ(status.error_code(), each.code) << each.reason;
    EXPECT_FALSE(status.error_message().empty()) << each.reason;
    const auto detail = ops::detail_of(status);
    ASSERT_TRUE(detail) << each.reason;
    EXPECT_EQ(detail->reason, each.reason);
    EXPECT_EQ(detail->domain, each.domain) << each.reason;
    EXPECT_EQ(detail->retry_after.has_value(), each.retry) << each.reason;
    EXPECT_EQ(outcome_of(each.answer), each.outcome);
  }
}

TEST(StatusOf, GivesEachAnswerAReasonOfItsOwn) {
  std::set<std::string> reasons;
  for (const Expected& each : every_error()) reasons.insert(ops::detail_of(status_of(each.answer, "cart"))->reason);
  EXPECT_EQ(reasons.size(), every_error().size());
}

TEST(StatusOf, IsOkForTheAccepted) {
  EXPECT_TRUE(status_of(Accepted{}, "cart").ok());
  EXPECT_EQ(outcome_of(Accepted{}), "accepted");
  EXPECT_EQ(outcome_of(Accepted{{}, {}, {}, {}, true}), "deduplicated");
}

TEST(StatusOf, TellsBothVersionsOfAConflict) {
  const auto detail = ops::detail_of(status_of(VersionConflict{{3}, {5}}, "cart"));
  EXPECT_EQ(detail->metadata.at("expected"), "3");
  EXPECT_EQ(detail->metadata.at("actual"), "5");
}

TEST(StatusOf, KeepsMessageAndMetadataOfARefusal) {
  const auto status = status_of(Refusal{"OUT_OF_STOCK", "none left", {{"sku", "s"}}}, "inventory");
  EXPECT_EQ(status.error_message(), "none left");
  EXPECT_EQ(ops::detail_of(status)->metadata.at("sku"), "s");
  EXPECT_EQ(ops::detail_of(status)->domain, "inventory.keel");
}

/// A stranger who uses somebody's request id learns that it is used, and nothing else.
TEST(StatusOf, NeverSaysMoreOfAReusedId) {
  const auto detail = ops::detail_of(status_of(RequestIdReused{}, "cart"));
  EXPECT_TRUE(detail->metadata.empty());
  EXPECT_TRUE(detail->violations.empty());
}

/// Codes that promise "this call wrote nothing" are never given to an open outcome (docs/protocol.md).
TEST(StatusOf, NeverTellsAnOpenOutcomeByADefiniteCode) {
  for (const Trouble open : {Trouble::restarted, Trouble::outcome_unknown, Trouble::journal_unavailable}) {
    EXPECT_EQ(status_of(open, "cart").error_code(), grpc::UNAVAILABLE);
  }
}

}  // namespace
}  // namespace keel::command

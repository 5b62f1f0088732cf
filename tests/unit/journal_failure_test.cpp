#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/postgres_failure.hpp"

namespace keel::journal {
namespace {

TEST(PostgresFailures, OurOwnCodesSayWhatTheFunctionsRaised) {
  EXPECT_EQ(outcome_of("KE001"), AppendOutcome::fenced);
  EXPECT_EQ(outcome_of("KE002"), AppendOutcome::misplaced);
  EXPECT_EQ(outcome_of("KE003"), AppendOutcome::stale_version);
  EXPECT_EQ(outcome_of("KE005"), AppendOutcome::broken);
}

TEST(PostgresFailures, AKeyThatIsThereIsADuplicate) { EXPECT_EQ(outcome_of("23505"), AppendOutcome::duplicate); }

TEST(PostgresFailures, RollbacksThatBlameNobodyAreTriedAgain) {
  for (const char* state : {"40P01", "40001", "55P03", "53000", "53100", "53200", "53300", "53400"}) {
    EXPECT_EQ(outcome_of(state), AppendOutcome::try_again) << state;
  }
}

TEST(PostgresFailures, WhatTheServerRefusesForAnotherReasonIsBroken) {
  for (const char* state : {"22021", "22P02", "23502", "23514", "40000", "40002", "55000", "55006"}) {
    EXPECT_EQ(outcome_of(state), AppendOutcome::broken) << state;
  }
}

TEST(PostgresFailures, EverythingElseIsUnknown) {
  for (const char* state : {"", "40003", "57014", "57P01", "57P02", "57P03", "08006", "08003", "XX000", "42P01",
                            "42501", "25P02", "58030", "72000", "2", "KZ001"}) {
    EXPECT_EQ(outcome_of(state), AppendOutcome::unknown) << state;
  }
}

TEST(PostgresFailures, AFaultIsCertainOnlyWhenAnAppendWouldBe) {
  EXPECT_EQ(fault_of({"55P03", "lock"}, "reading").outcome, Fault::Outcome::nothing_changed);
  EXPECT_EQ(fault_of({"", "gone"}, "reading").outcome, Fault::Outcome::unknown);
  EXPECT_EQ(fault_of({"57014", "timeout"}, "reading").what, "reading: timeout (SQLSTATE 57014)");
}

}  // namespace
}  // namespace keel::journal

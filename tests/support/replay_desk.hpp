#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/postgres_journal.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/keel_system.hpp"

namespace keel::test {

/// An operator before `keel replay`: one system for all tests of a suite, with sixty events of twenty carts, all of
/// them folded by a running projector. What a test leaves of other generations is dropped after it.
class ReplayDesk : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = std::make_unique<KeelSystem>();
    history_ = std::make_unique<History>(*journal::PostgresJournal::open(system_->journal().options()),
                                         std::vector<std::string>{"cart"});
    for (int i = 0; i < 60; ++i) {
      const auto id = "cart-" + std::to_string(i % 20);
      history_->does<cart::Cart>(id, add_item(id, "line-" + std::to_string(i)));
    }
    system_->start("projector");
    ASSERT_TRUE(eventually(&everything_is_folded)) << system_->log_of("projector");
  }
  static void TearDownTestSuite() {
    history_.reset();
    system_.reset();
  }
  static bool everything_is_folded() {
    return value("SELECT sum(position) FROM checkpoints WHERE projection = 'carts'") == "60" &&
           value("SELECT count(DISTINCT projection) FROM checkpoints") == "3";
  }
  void TearDown() override {
    EXPECT_TRUE(eventually([] { return value("SELECT count(*) FROM operations WHERE state = 'running'") == "0"; }));
    for (const auto& row : system_->read_store().rows(
             "SELECT g.projection, g.generation FROM generations g JOIN projections p USING (projection)"
             " WHERE g.generation <> p.live AND state <> 'dropped'")) {
      expect(replay({"drop", row[0], "--generation", row[1], "--yes"}), 0);
    }
  }

  static KeelSystem::Ran replay(std::vector<std::string> arguments,
                                const std::map<std::string, std::string>& environment = {}) {
    arguments.insert(arguments.begin(), "replay");
    return system_->run(arguments, environment);
  }
  static void expect(const KeelSystem::Ran& ran, int code, const std::string& told = "") {
    EXPECT_EQ(ran.code, code) << ran.output;
    EXPECT_THAT(ran.output, ::testing::HasSubstr(told));
  }
  /// Of the read store.
  static std::string value(const std::string& sql) { return system_->read_store().value(sql); }
  static std::string latest_operation() { return value("SELECT max(operation) FROM operations"); }
  static std::string state_of(const std::string& operation) {
    return value("SELECT state FROM operations WHERE operation = " + operation);
  }

  static inline std::unique_ptr<KeelSystem> system_;
  static inline std::unique_ptr<History> history_;
};

}  // namespace keel::test

// Acceptance: of two command processes one owns the lanes; a stale one cannot write, whatever it believes.

#include <gtest/gtest.h>
#include <signal.h>

#include "support/cart_crowd.hpp"
#include "support/journal_audit.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using std::chrono::seconds;

TEST(OwnershipOfLanes, AStaleOwnerCannotWriteAfterItWakes) {
  KeelSystem system;
  system.start("command");
  CartCrowd stale_customers([&] { return system.channel("command"); }, 128, 200);
  ASSERT_TRUE(
      eventually([&] { return stale_customers.in_flight() >= 100 && stale_customers.acknowledged_count() > 500; }));

  system.process("command").signal(SIGSTOP);
  system.launch("command", {{"KEEL_COMMAND__TAKE_OVER", "true"}}, "-successor");
  ASSERT_TRUE(system.await_ready("command", seconds(30), "-successor")) << system.log_of("command", "-successor");
  CartCrowd customers([&] { return system.channel("command", "-successor"); }, 32, 200);
  ASSERT_TRUE(eventually([&] { return customers.acknowledged_count() > 300; }))
      << system.log_of("command", "-successor");

  system.process("command").signal(SIGCONT);
  ASSERT_TRUE(eventually([&] { return http_get(system.status_port("command"), "/readyz").status == 503; }))
      << "the stale owner still believes that it owns the lanes\n"
      << system.log_of("command");
  ASSERT_TRUE(eventually([&] { return customers.acknowledged_count() > 1000; }));
  EXPECT_EQ(customers.complaints(), std::vector<std::string>{});
  auto acknowledged = customers.finish();

  system.process("command", "-successor").signal(SIGTERM);
  EXPECT_EQ(system.process("command", "-successor").wait(seconds(10)), 0);
  ASSERT_TRUE(system.await_ready("command", seconds(20)))
      << "the lanes are free, and the first process does not take them";
  const auto of_the_stale = stale_customers.finish();
  EXPECT_EQ(stale_customers.complaints(), std::vector<std::string>{});
  acknowledged.insert(acknowledged.end(), of_the_stale.begin(), of_the_stale.end());

  EXPECT_EQ(holes(system.journal()), std::vector<std::string>{});
  EXPECT_EQ(lost_or_doubled(system.journal(), acknowledged), std::vector<std::string>{});
}

TEST(OwnershipOfLanes, ASecondProcessStandsByAndTakesOverWhenTheFirstDies) {
  KeelSystem system;
  system.start("command");
  system.launch("command", {}, "-standby");
  ASSERT_TRUE(eventually([&] {
    return http_get(system.status_port("command", "-standby"), "/readyz").body.find("standing by") != std::string::npos;
  })) << system.log_of("command", "-standby");
  system.kill("command");
  EXPECT_TRUE(system.await_ready("command", seconds(20), "-standby")) << system.log_of("command", "-standby");
}

}  // namespace
}  // namespace keel::test

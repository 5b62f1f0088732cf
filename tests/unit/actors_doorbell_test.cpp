#include "actors/doorbell.hpp"

#include <gtest/gtest.h>

#include <future>

namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const auto in_a_while = [] { return Clock::now() + 60s; };

TEST(Doorbell, ARingBeforeTheWaitIsNotLost) {
  Doorbell bell;
  bell.ring();
  bell.wait_until(in_a_while());
  SUCCEED() << "it did not wait";
}

TEST(Doorbell, ARingDuringTheWaitEndsIt) {
  Doorbell bell;
  auto waiter = std::async(std::launch::async, [&] { bell.wait_until(in_a_while()); });
  bell.ring();
  EXPECT_EQ(waiter.wait_for(30s), std::future_status::ready);
}

TEST(Doorbell, WhoGathersIsNotWokenByARingAndHearsItAfterwards) {
  Doorbell bell;
  bell.ring();
  const auto moment = Clock::now() + 20ms;
  bell.gather_until(moment);
  EXPECT_GE(Clock::now(), moment);
  const auto began = Clock::now();
  bell.wait_until(in_a_while());
  EXPECT_LT(Clock::now() - began, 30s);
}

TEST(Doorbell, WhatCannotWaitEndsTheGathering) {
  Doorbell bell;
  auto gatherer = std::async(std::launch::async, [&] { bell.gather_until(in_a_while()); });
  bell.ring_at_once();
  EXPECT_EQ(gatherer.wait_for(30s), std::future_status::ready);
}

TEST(Doorbell, AStopEndsEveryWait) {
  Doorbell bell;
  auto gatherer = std::async(std::launch::async, [&] { bell.gather_until(in_a_while()); });
  bell.stop();
  EXPECT_EQ(gatherer.wait_for(30s), std::future_status::ready);
  bell.wait_until(in_a_while());
  bell.gather_until(in_a_while());
  EXPECT_TRUE(bell.stopped());
}

}  // namespace
}  // namespace keel::actors

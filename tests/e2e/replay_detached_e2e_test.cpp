// `keel replay rebuild --detach`: the work goes on in a process of its own.

#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/replay_desk.hpp"

namespace keel::test {
namespace {

using ::testing::HasSubstr;

class ReplayDetachedTest : public ReplayDesk {
 protected:
  /// Slow enough that it is still at work when the command has returned.
  static KeelSystem::Ran detach(std::vector<std::string> words) {
    words.insert(words.end(), {"--detach", "--yes", "--rate", "10", "-o", "jsonl"});
    return replay(std::move(words), {{"TMPDIR", system_->folder()}});
  }
  /// What the command printed of the operation; people's lines are between.
  static nlohmann::json told(const KeelSystem::Ran& ran) {
    const auto begin = ran.output.find("{\"operation\"");
    if (begin == std::string::npos) throw std::runtime_error("no operation: " + ran.output);
    return nlohmann::json::parse(ran.output.substr(begin, ran.output.find('\n', begin) - begin));
  }
  static std::string operation_of(const KeelSystem::Ran& ran) {
    return std::to_string(told(ran).at("operation").get<std::int64_t>());
  }
  static pid_t process_of(const KeelSystem::Ran& ran) {
    const auto process = told(ran).at("process").get<std::string>();
    return std::stoi(process.substr(process.rfind(':') + 1));
  }
};

TEST_F(ReplayDetachedTest, ReturnsWithTheOperationWhileTheWorkGoesOnInASessionOfItsOwn) {
  const auto ran = detach({"rebuild", "carts"});
  expect(ran, 0, "Watch it: keel replay status");
  const auto operation = operation_of(ran);
  EXPECT_EQ(state_of(operation), "running");
  EXPECT_EQ(getsid(process_of(ran)), process_of(ran)) << "no terminal's end reaches it";
  expect(replay({"status", operation}), 0, "running");
  expect(replay({"status", operation, "--follow", "--progress-interval", "0"}), 0, "done");
  EXPECT_EQ(state_of(operation), "done");
  const std::filesystem::path log = told(ran).at("log").get<std::string>();
  EXPECT_TRUE(std::filesystem::exists(log)) << log;
}

TEST_F(ReplayDetachedTest, IsCancelledAndResumedLikeAnyOther) {
  const auto begun = detach({"rebuild", "carts"});
  expect(begun, 0);
  const auto operation = operation_of(begun);
  expect(replay({"cancel", operation, "--yes"}), 0, "stopped");
  expect(replay({"status", operation, "--follow"}), 130, "stopped");
  const auto resumed = detach({"resume", operation});
  expect(resumed, 0);
  EXPECT_EQ(operation_of(resumed), operation);
  expect(replay({"status", "--follow"}), 0, "done");
  EXPECT_EQ(state_of(operation), "done");
}

TEST_F(ReplayDetachedTest, KilledItIsCrashedAndResumed) {
  const auto ran = detach({"rebuild", "carts"});
  expect(ran, 0);
  ASSERT_EQ(kill(process_of(ran), SIGKILL), 0);
  expect(replay({"status", operation_of(ran), "--follow"}), 1, "crashed");
  expect(replay({"resume", operation_of(ran), "--yes"}), 0, "done");
}

TEST_F(ReplayDetachedTest, FollowingIsNotTheWorkAndItsInterruptEndsNothing) {
  const auto ran = detach({"rebuild", "carts"});
  expect(ran, 0);
  auto& following =
      system_->begin("following", {"replay", "status", operation_of(ran), "--follow", "--progress-interval", "0"});
  ASSERT_TRUE(eventually([] { return system_->log_of("following").find("loading") != std::string::npos; }));
  following.signal(SIGINT);
  EXPECT_EQ(following.wait(std::chrono::seconds(20)), 130);
  EXPECT_THAT(system_->log_of("following"), HasSubstr("the operation goes on"));
  expect(replay({"status", operation_of(ran), "--follow"}), 0, "done");
}

TEST_F(ReplayDetachedTest, SeveralAreRebuiltOneAfterAnotherByOneProcess) {
  const auto ran = detach({"rebuild", "carts", "stock"});
  expect(ran, 0, "the others follow in the same process");
  EXPECT_EQ(told(ran).at("projection"), "carts");
  EXPECT_TRUE(eventually([] {
    return value("SELECT projection || ' ' || state FROM operations ORDER BY operation DESC LIMIT 1") == "stock done";
  }));
}

TEST_F(ReplayDetachedTest, WhatIsRefusedIsRefusedBeforeAnythingIsDetached) {
  const auto before = latest_operation();
  expect(replay({"rebuild", "carts", "--detach"}), 2, "--yes");
  expect(replay({"rebuild", "cats", "--detach", "--yes"}), 3);
  expect(replay({"rebuild", "carts", "--detach", "--dry-run"}), 0, "Nothing was changed");
  expect(replay({"rebuild", "carts", "--detach", "--yes"}, {{"TMPDIR", "/nowhere"}}), 1, "no directory");
  EXPECT_EQ(latest_operation(), before);
  const auto ran = detach({"rebuild", "carts"});
  expect(ran, 0);
  expect(detach({"rebuild", "carts"}), 5, "works at 'carts' now");
  expect(replay({"status", operation_of(ran), "--follow"}), 0);
}

TEST_F(ReplayDetachedTest, StatusRefusesWhatItDoesNotUnderstand) {
  expect(replay({"status", "first"}), 2, "no operation's number");
  expect(replay({"status", "999"}), 3);
  expect(replay({"status", "1", "--projection", "carts"}), 2, "not both");
  expect(replay({"status", "--follow", "--projection", "purchases"}), 3, "no operation to follow");
  expect(replay({"status", "--help"}), 0, "--follow");
  expect(replay({"rebuild", "--help"}), 0, "--detach");
  expect(replay({"resume", "--help"}), 0, "--detach");
}

}  // namespace
}  // namespace keel::test

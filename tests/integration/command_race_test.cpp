#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/running_edge.hpp"

namespace keel::command {
namespace {

using keel::testing::accepted_saying;
using keel::testing::Desk;
using keel::testing::good_note;
using keel::testing::RawOptions;
using keel::testing::RunningEdge;

/// Waits for something that another thread brings about; the test's own time limit ends it when it never comes.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

std::uint64_t answered(RunningEdge& edge) { return edge.counted("accepted") + edge.counted("cancelled"); }

/// However slow the machine is, one of the calls gets to the engine before its deadline.
void send_until_the_engine_has_one(RunningEdge& edge) {
  RawOptions brief;
  brief.timeout = std::chrono::milliseconds(30);
  do {
    EXPECT_EQ(edge.send(good_note(), brief).status.error_code(), grpc::DEADLINE_EXCEEDED);
    *brief.timeout *= 2;
  } while (edge.engine.submitted() == 0);
}

TEST(CommandRace, IgnoresAnAnswerThatComesAfterTheCallWasCancelled) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) { desk.put(std::move(call)); });
  send_until_the_engine_has_one(edge);
  auto held = desk.take();
  wait_until([&] { return edge.counted("cancelled") == static_cast<std::uint64_t>(edge.engine.submitted()); });
  held->reply.answer(accepted_saying("too late"));
  EXPECT_EQ(edge.counted("accepted"), 0u);
}

/// Answers from several threads race with deadlines of about the same length; every call ends exactly once, on both
/// sides (AddressSanitizer watches that nothing is touched after its end).
TEST(CommandRace, EndsEveryCallOnceWhenAnswersRaceWithDeadlines) {
  constexpr int clients = 4;
  constexpr int calls_each = 400;
  Desk desk;
  RunningEdge edge([&](actors::Call call) { desk.put(std::move(call)); });
  std::atomic<int> ok{0};
  std::atomic<int> late{0};
  std::vector<std::jthread> answerers;
  for (int i = 0; i < 3; ++i) {
    answerers.emplace_back([&] {
      while (auto call = desk.take()) call->reply.answer(accepted_saying("hello"));
    });
  }
  {
    std::vector<std::jthread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        for (int i = 0; i < calls_each; ++i) {
          RawOptions brief;
          brief.timeout = std::chrono::microseconds(150 + (i * 37 + client * 91) % 900);
          const auto code = edge.send(good_note(), brief).status.error_code();
          (code == grpc::OK ? ok : late).fetch_add(1);
          ASSERT_TRUE(code == grpc::OK || code == grpc::DEADLINE_EXCEEDED || code == grpc::CANCELLED) << code;
        }
      });
    }
  }
  EXPECT_EQ(ok + late, clients * calls_each);
  edge.server->shutdown(std::chrono::seconds(20));
  desk.close();
  answerers.clear();
  EXPECT_EQ(answered(edge), static_cast<std::uint64_t>(edge.engine.submitted()));
  EXPECT_GE(edge.counted("accepted"), static_cast<std::uint64_t>(ok));
}

TEST(CommandRace, CancelsWhatIsStillOpenWhenTheGraceOfAShutdownEnds) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) { desk.put(std::move(call)); });
  std::jthread client([&] { EXPECT_FALSE(edge.send(good_note()).status.ok()); });
  auto held = desk.take();
  edge.server->shutdown(std::chrono::milliseconds(20));
  EXPECT_EQ(edge.counted("cancelled"), 1u);
  held->reply.answer(accepted_saying("nobody hears"));
}

}  // namespace
}  // namespace keel::command

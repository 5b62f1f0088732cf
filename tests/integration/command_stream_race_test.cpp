#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/command_stream.hpp"
#include "support/running_edge.hpp"

namespace keel::command {
namespace {

using keel::testing::accepted_saying;
using keel::testing::add_item;
using keel::testing::CommandStream;
using keel::testing::Desk;
using keel::testing::good_note;
using keel::testing::RunningEdge;

commands::v1::ExecuteRequest some_notes(int count) {
  commands::v1::ExecuteRequest message;
  for (int i = 0; i < count; ++i) add_item(message, i, good_note());
  return message;
}

/// Answers from several threads race with streams that end in every way; each command is counted exactly once
/// (AddressSanitizer watches that nothing is touched after its end).
TEST(CommandStreamRace, AnswersRaceWithTheEndsOfStreams) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) { desk.put(std::move(call)); });
  std::vector<std::jthread> answerers;
  for (int i = 0; i < 3; ++i) {
    answerers.emplace_back([&] {
      while (auto call = desk.take()) call->reply.answer(accepted_saying("hello"));
    });
  }
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 4; ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < 60; ++i) {
          CommandStream stream(*edge.channel);
          stream.send(some_notes(20));
          stream.send(some_notes(20));
          const int way = (i + client) % 4;
          if (way == 0) stream.results(static_cast<std::size_t>(i % 20));
          if (way == 1) stream.close();
          if (way == 2) stream.send_bytes("\xFF");
          if (way == 1 || way == 2) stream.finish();
        }
      });
    }
  }
  edge.server->shutdown(std::chrono::seconds(20));
  desk.close();
  answerers.clear();
  EXPECT_EQ(edge.counted("accepted") + edge.counted("cancelled"), static_cast<std::uint64_t>(edge.engine.submitted()));
}

TEST(CommandStreamRace, AStopRacesWithStreamsThatComeAndGo) {
  for (int round = 0; round < 20; ++round) {
    RunningEdge edge([](actors::Call call) { call.reply.answer(accepted_saying("hello")); });
    std::atomic<int> ends{0};
    {
      std::vector<std::jthread> clients;
      for (int client = 0; client < 3; ++client) {
        clients.emplace_back([&] {
          CommandStream stream(*edge.channel);
          while (stream.send(some_notes(10)) && !stream.results(10).empty()) continue;
          EXPECT_EQ(stream.finish().error_code(), grpc::UNAVAILABLE);
          ++ends;
        });
      }
      while (edge.engine.submitted() < round * 20) std::this_thread::yield();
      edge.streams.stop();
    }
    EXPECT_EQ(ends, 3);
  }
}

}  // namespace
}  // namespace keel::command

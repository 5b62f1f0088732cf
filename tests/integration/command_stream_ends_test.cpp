// How a stream is held back, and how it ends.

#include <gtest/gtest.h>

#include <thread>

#include "ops/error_status.hpp"
#include "support/command_stream.hpp"
#include "support/running_edge.hpp"

namespace keel::command {
namespace {

using commands::v1::ExecuteRequest;
using keel::testing::accepted_saying;
using keel::testing::add_item;
using keel::testing::CommandStream;
using keel::testing::Desk;
using keel::testing::good_note;
using keel::testing::RunningEdge;
using std::chrono::seconds;

/// Waits for something that another thread brings about; the test's own time limit ends it when it never comes.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

ExecuteRequest message_of(std::int64_t first, int count) {
  ExecuteRequest message;
  for (int i = 0; i < count; ++i) add_item(message, first + i, good_note());
  return message;
}

std::string reason_of(const grpc::Status& status) {
  const auto detail = ops::detail_of(status);
  return detail ? detail->reason : "no ErrorInfo: " + status.error_message();
}

keel::testing::EdgePort::Script hold_in(Desk& desk) {
  return [&desk](actors::Call call) { desk.put(std::move(call)); };
}

TEST(CommandStreamEnds, SendsEveryOutstandingResultAfterTheClientClosed) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  CommandStream stream(*edge.channel);
  ASSERT_TRUE(stream.send(message_of(0, 20)));
  stream.close();
  wait_until([&] { return edge.engine.submitted() == 20; });
  for (int i = 0; i < 20; ++i) desk.take()->reply.answer(accepted_saying("late"));
  EXPECT_EQ(stream.results(20).size(), 20u);
  EXPECT_TRUE(stream.finish().ok());
}

TEST(CommandStreamEnds, EndsAtOnceWhenNothingWasSent) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  CommandStream stream(*edge.channel);
  ASSERT_TRUE(stream.send(ExecuteRequest()));
  stream.close();
  EXPECT_TRUE(stream.finish().ok());
}

TEST(CommandStreamEnds, AfterABadMessageWithAllResultsOfTheGoodOnes) {
  for (const bool too_many : {false, true}) {
    Desk desk;
    RunningEdge edge(hold_in(desk));
    CommandStream stream(*edge.channel);
    ASSERT_TRUE(stream.send(message_of(0, 3)));
    ASSERT_TRUE(stream.send_bytes(too_many ? message_of(3, 257).SerializeAsString() : "\xFF\xFF"));
    for (int i = 0; i < 3; ++i) desk.take()->reply.answer(accepted_saying("good"));
    EXPECT_EQ(stream.results(3).size(), 3u);
    const grpc::Status end = stream.finish();
    EXPECT_EQ(end.error_code(), grpc::INVALID_ARGUMENT) << end.error_message();
    EXPECT_EQ(reason_of(end), too_many ? "FIELD_INVALID" : "REQUEST_MALFORMED");
    EXPECT_EQ(edge.engine.submitted(), 3);
  }
}

TEST(CommandStreamEnds, ReadsNoFurtherWhileAsMuchAsTheWindowHoldsWaits) {
  Desk desk;
  StreamOptions options;
  options.in_flight = 512;
  RunningEdge edge(hold_in(desk), RunningEdge::on_loopback(), RunningEdge::with_incarnation(), options);
  CommandStream stream(*edge.channel);
  for (int first : {0, 256, 512}) ASSERT_TRUE(stream.send(message_of(first, 256)));
  wait_until([&] { return edge.engine.submitted() == 512; });
  for (int i = 0; i < 255; ++i) desk.take()->reply.answer(accepted_saying(""));
  EXPECT_EQ(stream.results(255).size(), 255u);
  EXPECT_EQ(edge.engine.submitted(), 512);
  desk.take()->reply.answer(accepted_saying(""));
  wait_until([&] { return edge.engine.submitted() == 768; });
}

/// The client sends and never reads: what waits for it stays bounded, however much it sends.
TEST(CommandStreamEnds, KeepsLittleForAClientThatDoesNotRead) {
  const std::string large(100'000, 'x');
  StreamOptions options;
  options.waiting_bytes = 1 << 20;
  RunningEdge edge([&](actors::Call call) { call.reply.answer(accepted_saying(large)); }, RunningEdge::on_loopback(),
                   RunningEdge::with_incarnation(), options);
  constexpr int count = 2000;
  CommandStream stream(*edge.channel);
  std::jthread sender([&] {
    for (int i = 0; i < count && stream.send(message_of(i, 1)); ++i) continue;
    stream.close();
  });
  wait_until([&] { return edge.engine.submitted() >= 10; });
  for (int i = 0; i < 300; ++i) ASSERT_EQ(keel::testing::health_of(*edge.channel, ""), 2);
  // 1 MiB of results, and what gRPC and the sockets hold on their way: a few MiB.
  EXPECT_LT(edge.engine.submitted(), 200);
  EXPECT_EQ(stream.results(count).size(), static_cast<std::size_t>(count));
  EXPECT_TRUE(stream.finish().ok());
}

TEST(CommandStreamEnds, CountsWhatWasOpenAsCancelledWhenTheClientGoesAway) {
  Desk desk;
  {
    RunningEdge edge(hold_in(desk));
    CommandStream stream(*edge.channel);
    ASSERT_TRUE(stream.send(message_of(0, 10)));
    wait_until([&] { return edge.engine.submitted() == 10; });
    desk.take()->reply.answer(accepted_saying("in time"));
    EXPECT_EQ(stream.results(1).size(), 1u);
    stream.cancel();
    wait_until([&] { return edge.counted("cancelled") == 9; });
    desk.take()->reply.answer(accepted_saying("too late"));
    EXPECT_EQ(stream.finish().error_code(), grpc::CANCELLED);
    edge.server->shutdown(seconds(20));
    EXPECT_EQ(edge.counted("accepted"), 1u);
  }
  desk.take()->reply.answer(accepted_saying("after the server's end"));
}

TEST(CommandStreamEnds, TakesItsOwnDeadlineForEveryCommand) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  auto brief = CommandStream::without_deadline();
  brief.timeout = std::chrono::milliseconds(300);
  CommandStream stream(*edge.channel, brief);
  ASSERT_TRUE(stream.send(message_of(0, 1)));
  EXPECT_LT(desk.take()->deadline, system_now() + seconds(1)) << "gRPC rounds the stream's 300 ms up, on its way";
  EXPECT_EQ(stream.finish().error_code(), grpc::DEADLINE_EXCEEDED);
}

/// Promise L4: outstanding results first, then the stream ends by itself; a server's shutdown does not wait out its
/// grace.
TEST(CommandStreamEnds, WithStoppingAfterAllOutstandingResultsWhenTheProcessDrains) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  CommandStream busy(*edge.channel);
  CommandStream idle(*edge.channel);
  ASSERT_TRUE(idle.send(message_of(0, 1)));
  desk.take()->reply.answer(accepted_saying("hello"));
  EXPECT_EQ(idle.results(1).size(), 1u);
  ASSERT_TRUE(busy.send(message_of(0, 3)));
  wait_until([&] { return edge.engine.submitted() == 4; });

  edge.streams.stop();
  EXPECT_EQ(reason_of(idle.finish()), "STOPPING");
  std::jthread shutdown([&] { edge.server->shutdown(seconds(100)); });
  for (int i = 0; i < 3; ++i) desk.take()->reply.answer(accepted_saying("done"));
  EXPECT_EQ(busy.results(3).size(), 3u);
  const grpc::Status end = busy.finish();
  EXPECT_EQ(end.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(reason_of(end), "STOPPING");
  EXPECT_TRUE(ops::detail_of(end)->retry_after);
  const auto begin = std::chrono::steady_clock::now();
  shutdown.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(50));
}

TEST(CommandStreamEnds, WithStoppingAtOnceWhenItComesWhileTheProcessDrains) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  edge.streams.stop();
  CommandStream stream(*edge.channel);
  EXPECT_EQ(reason_of(stream.finish()), "STOPPING");
  EXPECT_EQ(edge.engine.submitted(), 0);
}

TEST(CommandStreamEnds, WhenTheGraceOfAShutdownIsOver) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  CommandStream stream(*edge.channel);
  ASSERT_TRUE(stream.send(message_of(0, 2)));
  auto held = desk.take();
  edge.server->shutdown(std::chrono::milliseconds(20));
  EXPECT_FALSE(stream.finish().ok());
  EXPECT_EQ(edge.counted("cancelled"), 2u);
  held->reply.answer(accepted_saying("nobody hears"));
}

TEST(CommandStreamEnds, WhenAMessageIsLargerThanAllowed) {
  Desk desk;
  RunningEdge edge(hold_in(desk));
  CommandStream stream(*edge.channel);
  stream.send_bytes(std::string((1 << 20) + 1, '\0'));
  EXPECT_EQ(stream.finish().error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(edge.engine.submitted(), 0);
}

}  // namespace
}  // namespace keel::command

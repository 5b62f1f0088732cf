#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "ops/error_status.hpp"
#include "support/command_stream.hpp"
#include "support/running_edge.hpp"

namespace keel::command {
namespace {

using actors::Trouble;
using commands::v1::CommandResult;
using commands::v1::ExecuteRequest;
using edgeprobe::v1::NoteRequest;
using keel::testing::accepted_saying;
using keel::testing::add_item;
using keel::testing::CommandStream;
using keel::testing::Desk;
using keel::testing::good_note;
using keel::testing::RunningEdge;
using std::chrono::seconds;
using ::testing::HasSubstr;

void accept(actors::Call call) { call.reply.answer(accepted_saying("hello")); }

ExecuteRequest message_of(std::int64_t first, int count) {
  ExecuteRequest message;
  for (int i = 0; i < count; ++i) add_item(message, first + i, good_note());
  return message;
}

void expect_error(const CommandResult& result, grpc::StatusCode code, const std::string& reason) {
  ASSERT_TRUE(result.has_error()) << result.DebugString();
  EXPECT_EQ(result.error().code(), code) << result.DebugString();
  const auto detail = ops::detail_of(keel::testing::status_of(result.error()));
  ASSERT_TRUE(detail) << "no ErrorInfo: " << result.DebugString();
  EXPECT_EQ(detail->reason, reason);
}

/// Reason, domain, metadata and whether to come again: everything but the order of a map on the wire.
std::string told(const grpc::Status& status) {
  const auto detail = ops::detail_of(status);
  if (!detail) return "no ErrorInfo";
  std::string text = detail->domain + " " + detail->reason;
  for (const auto& [key, value] : detail->metadata) text += " " + key + "=" + value;
  return text + (detail->retry_after ? " after " + std::to_string(detail->retry_after->count()) + " ms" : "");
}

/// What a stream answers to one message; it must end well.
std::map<std::int64_t, CommandResult> answers_to(const RunningEdge& edge, const ExecuteRequest& message) {
  CommandStream stream(*edge.channel);
  EXPECT_TRUE(stream.send(message));
  stream.close();
  auto results = stream.results(static_cast<std::size_t>(message.items_size()));
  const grpc::Status end = stream.finish();
  EXPECT_TRUE(end.ok()) << end.error_message();
  return results;
}

TEST(CommandStreams, AnswerEveryCommandWithItsIndexAndEndWithOkAfterTheClientClosed) {
  constexpr int count = 10'000;
  RunningEdge edge(accept);
  CommandStream stream(*edge.channel);
  std::jthread sender([&] {
    for (int first = 0; first < count; first += 100) stream.send(message_of(first, 100));
    stream.close();
  });
  const auto results = stream.results(count);
  ASSERT_EQ(results.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(results.begin()->first, 0);
  EXPECT_EQ(results.rbegin()->first, count - 1);
  for (const auto& [index, result] : results) ASSERT_TRUE(result.has_response());
  EXPECT_TRUE(stream.finish().ok());
  EXPECT_EQ(edge.counted("accepted"), static_cast<std::uint64_t>(count));
}

TEST(CommandStreams, AnswerByteForByteWhatTheUnaryMethodAnswers) {
  RunningEdge edge(accept);
  const auto unary = edge.send(good_note());
  const auto result = answers_to(edge, message_of(-7, 1)).at(-7);
  EXPECT_EQ(result.response().value(), unary.bytes);
  EXPECT_EQ(result.response().type_url(), "type.googleapis.com/keel.edgeprobe.v1.NoteResponse");
  EXPECT_FALSE(result.deduplicated());
}

TEST(CommandStreams, MarkARepeatAndAnswerItTheSame) {
  std::atomic<int> calls{0};
  RunningEdge edge([&](actors::Call call) { call.reply.answer(accepted_saying("hello", ++calls > 1)); });
  const auto results = answers_to(edge, message_of(0, 2));
  EXPECT_FALSE(results.at(0).deduplicated());
  EXPECT_TRUE(results.at(1).deduplicated());
  EXPECT_EQ(results.at(0).response().value(), results.at(1).response().value());
  EXPECT_EQ(edge.counted("deduplicated"), 1u);
}

/// The same fingerprint, caller and metadata: a repeat by the other way is recognised as one.
TEST(CommandStreams, GiveTheEngineTheSameCallAsTheUnaryMethod) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) {
    call.reply.answer(accepted_saying(""));
    desk.put(std::move(call));
  });
  const NoteRequest note = good_note();
  auto options = CommandStream::without_deadline();
  options.metadata = {{"keel-caller", "shop"},
                      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};
  CommandStream stream(*edge.channel, options);
  ExecuteRequest message;
  add_item(message, 1, note);
  ASSERT_TRUE(stream.send(message));
  ASSERT_EQ(stream.results(1).size(), 1u);
  options.timeout = seconds(20);
  ASSERT_TRUE(edge.send(note, options).status.ok());
  const auto streamed = *desk.take();
  const auto unary = *desk.take();
  EXPECT_EQ(streamed.fingerprint, unary.fingerprint);
  EXPECT_EQ(streamed.request_id, unary.request_id);
  EXPECT_EQ(streamed.metadata, unary.metadata);
  EXPECT_EQ(streamed.caller, "shop");
  EXPECT_EQ(streamed.rule, unary.rule);
  EXPECT_EQ(streamed.command->SerializeAsString(), unary.command->SerializeAsString());
}

TEST(CommandStreams, HandCommandsToTheEngineInTheOrderSent) {
  std::mutex mutex;
  std::vector<std::string> texts;
  RunningEdge edge([&](actors::Call call) {
    {
      const std::lock_guard lock(mutex);
      texts.push_back(static_cast<const NoteRequest&>(*call.command).text());
    }
    accept(std::move(call));
  });
  CommandStream stream(*edge.channel);
  std::vector<std::string> sent;
  for (int round = 0; round < 50; ++round) {
    ExecuteRequest message;
    for (int i = 0; i < 10; ++i) {
      NoteRequest note = good_note();
      note.set_text(sent.emplace_back(std::to_string(round * 10 + i)));
      add_item(message, i, note);
    }
    ASSERT_TRUE(stream.send(message));
  }
  stream.close();
  EXPECT_TRUE(stream.finish().ok());
  const std::lock_guard lock(mutex);
  EXPECT_EQ(texts, sent);
}

TEST(CommandStreams, GiveABadCommandItsOwnErrorAndGoOn) {
  RunningEdge edge(accept);
  ExecuteRequest message = message_of(0, 1);
  add_item(message, 1, edgeprobe::v1::Inner());
  add_item(message, 2, edgeprobe::v1::FadeRequest());
  add_item(message, 3, good_note()).mutable_command()->set_value("\xFF\xFF");
  add_item(message, 4, NoteRequest());
  add_item(message, 5, good_note()).mutable_timeout();
  message.add_items()->set_index(6);
  add_item(message, 7, good_note()).mutable_command()->set_type_url("keel.edgeprobe.v1.NoteRequest");
  NoteRequest bug = good_note();
  bug.set_text("bug");
  add_item(message, 8, bug);
  add_item(message, 9, good_note()).mutable_command()->set_type_url("example.org/x/keel.edgeprobe.v1.NoteRequest");

  const auto results = answers_to(edge, message);
  ASSERT_EQ(results.size(), 10u);
  EXPECT_TRUE(results.at(0).has_response());
  expect_error(results.at(1), grpc::UNIMPLEMENTED, "COMMAND_UNKNOWN");
  expect_error(results.at(2), grpc::UNIMPLEMENTED, "COMMAND_UNKNOWN");
  expect_error(results.at(3), grpc::INVALID_ARGUMENT, "REQUEST_MALFORMED");
  expect_error(results.at(4), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  expect_error(results.at(5), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  expect_error(results.at(6), grpc::UNIMPLEMENTED, "COMMAND_UNKNOWN");
  expect_error(results.at(7), grpc::UNIMPLEMENTED, "COMMAND_UNKNOWN");
  expect_error(results.at(8), grpc::INTERNAL, "INTERNAL");
  EXPECT_TRUE(results.at(9).has_response());
  EXPECT_EQ(edge.engine.submitted(), 2);
  EXPECT_EQ(edge.counted("invalid"), 3u);
  EXPECT_EQ(edge.counted("internal"), 1u);
  EXPECT_THAT(edge.metrics.text(),
              HasSubstr("keel_commands_total{command=\"unknown\",context=\"unknown\",outcome=\"invalid\"} 4"));
}

TEST(CommandStreams, TellEveryAnswerOfTheEngineAsTheUnaryMethodDoes) {
  const std::vector<actors::Answer> answers = {domain::Refusal{"OUT_OF_STOCK", "none left", {{"sku", "s"}}},
                                               actors::VersionConflict{{1}, {2}}, actors::RequestIdReused{},
                                               Trouble::overloaded, Trouble::quarantined};
  actors::Answer next;
  RunningEdge edge([&](actors::Call call) { call.reply.answer(next); });
  CommandStream stream(*edge.channel);
  for (const auto& answer : answers) {
    next = answer;
    const grpc::Status unary = edge.send(good_note()).status;
    ASSERT_TRUE(stream.send(message_of(0, 1)));
    const auto results = stream.results(1);
    ASSERT_EQ(results.size(), 1u);
    const grpc::Status streamed = keel::testing::status_of(results.at(0).error());
    EXPECT_EQ(streamed.error_code(), unary.error_code());
    EXPECT_EQ(streamed.error_message(), unary.error_message());
    EXPECT_EQ(told(streamed), told(unary));
  }
  EXPECT_EQ(edge.counted("overloaded"), 2u);
}

/// A reply that is dropped, by a crash or otherwise, answers: nobody waits for the deadline.
TEST(CommandStreams, AnswerACommandThatTheEngineDrops) {
  RunningEdge edge([](actors::Call) {});
  expect_error(answers_to(edge, message_of(3, 1)).at(3), grpc::UNAVAILABLE, "ACTOR_RESTARTING");
}

TEST(CommandStreams, GiveEachCommandItsOwnDeadline) {
  const Timestamp now = system_now();
  auto options = RunningEdge::with_incarnation();
  options.clock = [now] { return now; };
  options.longest_deadline = seconds(30);
  std::vector<Timestamp> deadlines;
  RunningEdge edge(
      [&](actors::Call call) {
        deadlines.push_back(call.deadline);
        accept(std::move(call));
      },
      RunningEdge::on_loopback(), options);
  ExecuteRequest message = message_of(0, 1);
  add_item(message, 1, good_note()).mutable_timeout()->set_nanos(2'000'000);
  add_item(message, 2, good_note()).mutable_timeout()->set_seconds(std::numeric_limits<std::int64_t>::max());
  answers_to(edge, message);
  EXPECT_EQ(deadlines,
            (std::vector<Timestamp>{now + seconds(10), now + std::chrono::milliseconds(2), now + seconds(30)}));
}

TEST(CommandStreams, CountAsOneCallAndShowHowMuchAMessageCarries) {
  RunningEdge edge(accept);
  answers_to(edge, message_of(0, 5));
  edge.server->shutdown(seconds(20));
  const std::string text = edge.metrics.text();
  EXPECT_THAT(
      text,
      HasSubstr("grpc_server_call_started_total{grpc_method=\"keel.commands.v1.CommandStreamService/Execute\"} 1"));
  EXPECT_THAT(text, HasSubstr("keel_stream_message_items_sum{direction=\"read\"} 5"));
  EXPECT_THAT(text, HasSubstr("keel_stream_message_items_sum{direction=\"written\"} 5"));
  EXPECT_THAT(text, HasSubstr("keel_stream_command_seconds_count 5"));
}

TEST(CommandStreams, AreListedByReflectionAndHealth) {
  RunningEdge edge(accept);
  EXPECT_THAT(keel::testing::reflected_services(*edge.channel), HasSubstr(keel::testing::stream_service));
  EXPECT_EQ(keel::testing::health_of(*edge.channel, keel::testing::stream_service), 2);
  edge.server->serving(true);
  EXPECT_EQ(keel::testing::health_of(*edge.channel, keel::testing::stream_service), 1);
}

}  // namespace
}  // namespace keel::command

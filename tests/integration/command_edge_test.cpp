#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "core/token.hpp"
#include "keel/edgeprobe/v1/probe.pb.h"
#include "ops/error_status.hpp"
#include "ops/log.hpp"
#include "support/captured_log.hpp"
#include "support/certificates.hpp"
#include "support/running_edge.hpp"

namespace keel::command {
namespace {

using actors::Trouble;
using edgeprobe::v1::NoteRequest;
using edgeprobe::v1::NoteResponse;
using keel::testing::accepted_saying;
using keel::testing::call;
using keel::testing::Desk;
using keel::testing::good_note;
using keel::testing::health_of;
using keel::testing::note_path;
using keel::testing::probe_service;
using keel::testing::RawOptions;
using keel::testing::RawOutcome;
using keel::testing::RunningEdge;
using keel::testing::wipe_path;
using ::testing::HasSubstr;

void accept(actors::Call call) { call.reply.answer(accepted_saying("hello")); }

void expect_error(const RawOutcome& outcome, grpc::StatusCode code, const std::string& reason) {
  EXPECT_EQ(outcome.status.error_code(), code) << outcome.status.error_message();
  const auto detail = ops::detail_of(outcome.status);
  ASSERT_TRUE(detail) << "no ErrorInfo: " << outcome.status.error_message();
  EXPECT_EQ(detail->reason, reason);
}

/// A request made of raw fields behind a good one.
RawOutcome send_with(const RunningEdge& edge, const std::string& extra_bytes) {
  return call(*edge.channel, note_path, good_note().SerializeAsString() + extra_bytes);
}

TEST(CommandEdge, AnswersWithTheRulesReplyTheVersionAndTheToken) {
  RunningEdge edge(accept);
  const auto outcome = edge.send(good_note());
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  NoteResponse response;
  ASSERT_TRUE(response.ParseFromString(outcome.bytes));
  EXPECT_EQ(response.text(), "hello");
  EXPECT_EQ(response.version(), 7);
  EXPECT_EQ(decode_token(response.token()),
            (Token{RunningEdge::with_incarnation().incarnation, "edgeprobe", Lane{3}, Position{42}}));
  EXPECT_EQ(outcome.trailing.count("keel-deduplicated"), 0u);
  EXPECT_EQ(edge.counted("accepted"), 1u);
}

TEST(CommandEdge, GivesTheEngineTheCallAsItWasSent) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) {
    call.reply.answer(accepted_saying(""));
    desk.put(std::move(call));
  });
  const NoteRequest note = good_note();
  RawOptions options;
  options.metadata = {{"keel-caller", "shop"},
                      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};
  ASSERT_TRUE(edge.send(note, options).status.ok());
  const auto got = *desk.take();
  EXPECT_EQ(got.command->SerializeAsString(), note.SerializeAsString());
  EXPECT_EQ(got.aggregate_id, "p-1");
  EXPECT_EQ(got.caller, "shop");
  EXPECT_EQ(got.request_id.text(), note.request_id());
  EXPECT_EQ(got.kind->context, "edgeprobe");
  EXPECT_THAT(got.metadata, HasSubstr("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  EXPECT_GT(got.deadline, system_now());
  EXPECT_LE(got.deadline, system_now() + std::chrono::seconds(21));
}

TEST(CommandEdge, ALineNamesTheTraceOfACommandThatWasNotAccepted) {
  RunningEdge edge([](actors::Call call) { call.reply.answer(domain::Refusal{"OUT_OF_STOCK", "none left", {}}); });
  RawOptions options;
  options.metadata = {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};
  const test::CapturedLog log;
  ASSERT_EQ(edge.send(good_note(), options).status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(log.with({"a command was not accepted", "ProbeCommandService/Note",
                        "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\""}),
              ::testing::SizeIs(1));
  options.metadata = {{"traceparent", "00-nonsense"}};
  ASSERT_EQ(edge.send(good_note(), options).status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(log.with({"a command was not accepted"}), ::testing::SizeIs(2));
  EXPECT_THAT(log.with({"trace_id"}), ::testing::SizeIs(1)) << "an invalid traceparent names no trace";
}

TEST(CommandEdge, ServesEachRpcOfTheService) {
  RunningEdge edge(accept);
  EXPECT_TRUE(call(*edge.channel, wipe_path, good_note().SerializeAsString()).status.ok());
  EXPECT_EQ(edge.counted("accepted", "Wipe"), 1u);
  EXPECT_EQ(call(*edge.channel, "/" + probe_service + "/Fade", "").status.error_code(), grpc::UNIMPLEMENTED);
}

TEST(CommandEdge, AnswersARepeatByteForByteAndSaysSoInTrailingMetadata) {
  std::atomic<int> calls{0};
  RunningEdge edge([&](actors::Call call) { call.reply.answer(accepted_saying("hello", ++calls > 1)); });
  const NoteRequest note = good_note();
  const auto first = edge.send(note);
  const auto repeat = edge.send(note);
  ASSERT_TRUE(first.status.ok() && repeat.status.ok());
  EXPECT_EQ(repeat.bytes, first.bytes);
  EXPECT_EQ(first.trailing.count("keel-deduplicated"), 0u);
  ASSERT_EQ(repeat.trailing.count("keel-deduplicated"), 1u);
  EXPECT_EQ(repeat.trailing.find("keel-deduplicated")->second, "true");
  EXPECT_EQ(edge.counted("deduplicated"), 1u);
}

TEST(CommandEdge, TellsEveryAnswerOfTheEngineWithItsDetails) {
  actors::Answer next;
  RunningEdge edge([&](actors::Call call) { call.reply.answer(next); });
  next = domain::Refusal{"OUT_OF_STOCK", "none left", {{"sku", "s"}}};
  expect_error(edge.send(good_note()), grpc::FAILED_PRECONDITION, "OUT_OF_STOCK");
  next = actors::VersionConflict{{1}, {2}};
  expect_error(edge.send(good_note()), grpc::ABORTED, "VERSION_CONFLICT");
  next = actors::RequestIdReused{};
  expect_error(edge.send(good_note()), grpc::INVALID_ARGUMENT, "REQUEST_ID_REUSED");
  next = Trouble::overloaded;
  const auto overloaded = edge.send(good_note());
  expect_error(overloaded, grpc::RESOURCE_EXHAUSTED, "OVERLOADED");
  EXPECT_TRUE(ops::detail_of(overloaded.status)->retry_after);
  next = Trouble::quarantined;
  expect_error(edge.send(good_note()), grpc::UNAVAILABLE, "AGGREGATE_QUARANTINED");
}

/// A reply that is dropped, by a crash or otherwise, answers: nobody waits for the deadline.
TEST(CommandEdge, AnswersACallThatTheEngineDrops) {
  RunningEdge edge([](actors::Call) {});
  expect_error(edge.send(good_note()), grpc::UNAVAILABLE, "ACTOR_RESTARTING");
}

TEST(CommandEdge, RefusesBadRequestsWithTheirReasonAndSubmitsNothing) {
  RunningEdge edge(accept);
  expect_error(call(*edge.channel, note_path, "\xFF\xFF"), grpc::INVALID_ARGUMENT, "REQUEST_MALFORMED");
  expect_error(call(*edge.channel, note_path, ""), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  expect_error(send_with(edge, "\x2A\x02\xC3("), grpc::INVALID_ARGUMENT, "REQUEST_MALFORMED");
  expect_error(send_with(edge, std::string("\x2A\x01\0", 3)), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  expect_error(send_with(edge, "\x0A"), grpc::INVALID_ARGUMENT, "REQUEST_MALFORMED");
  NoteRequest old = good_note();
  old.set_request_id("00000000-0000-7000-8000-000000000000");
  expect_error(edge.send(old), grpc::INVALID_ARGUMENT, "REQUEST_ID_EXPIRED");
  RawOptions endless;
  endless.timeout.reset();
  expect_error(edge.send(good_note(), endless), grpc::INVALID_ARGUMENT, "DEADLINE_REQUIRED");
  RawOptions twice;
  twice.metadata = {{"keel-caller", "a"}, {"keel-caller", "b"}};
  expect_error(edge.send(good_note(), twice), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  RawOptions ours;
  ours.metadata = {{"keel-caller", "keel"}};
  expect_error(edge.send(good_note(), ours), grpc::INVALID_ARGUMENT, "FIELD_INVALID");
  EXPECT_EQ(edge.engine.submitted(), 0);
  EXPECT_EQ(edge.counted("invalid"), 9u);
}

/// Random bytes of every length: always our typed error or an accepted call, never a bare one, never a crash.
TEST(CommandEdge, AnswersAnyBytesWithATypedError) {
  RunningEdge edge(accept);
  std::uint64_t seed = 42;
  for (int round = 0; round < 500; ++round) {
    std::string bytes = round % 2 == 0 ? good_note().SerializeAsString() : "";
    for (int i = 0; i < round % 40; ++i) {
      seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
      const char byte = static_cast<char>(seed >> 56);
      if (bytes.empty() || round % 3 == 0) {
        bytes += byte;
      } else {
        bytes[(seed >> 20) % bytes.size()] = byte;
      }
    }
    const auto outcome = call(*edge.channel, note_path, bytes);
    if (!outcome.status.ok()) {
      ASSERT_EQ(outcome.status.error_code(), grpc::INVALID_ARGUMENT);
      ASSERT_TRUE(ops::detail_of(outcome.status));
    }
  }
}

TEST(CommandEdge, RefusesOversizedMessagesAndMetadataWithoutTheEngine) {
  RunningEdge edge(accept);
  NoteRequest large = good_note();
  large.set_text(std::string(1 << 20, 'x'));
  EXPECT_EQ(edge.send(large).status.error_code(), grpc::RESOURCE_EXHAUSTED);
  RawOptions heavy;
  heavy.metadata = {{"x-heavy", std::string(10'000, 'x')}};
  const auto fresh_channel = keel::testing::channel_to(edge.server->port());
  EXPECT_EQ(call(*fresh_channel, note_path, good_note().SerializeAsString(), heavy).status.error_code(),
            grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(edge.engine.submitted(), 0);
}

TEST(CommandEdge, TakesALargeMessageInManyPieces) {
  Desk desk;
  RunningEdge edge([&](actors::Call call) {
    call.reply.answer(accepted_saying(""));
    desk.put(std::move(call));
  });
  NoteRequest large = good_note();
  large.set_text(std::string(900'000, 'x'));
  ASSERT_TRUE(edge.send(large).status.ok());
  EXPECT_EQ(desk.take()->command->SerializeAsString(), large.SerializeAsString());
}

TEST(CommandEdge, AnswersABugOfACheckWithInternalAndLogsIt) {
  std::vector<std::string> lines;
  log::Options options;
  options.sink = [&](log::Level, std::string_view line) { lines.emplace_back(line); };
  log::configure(options);
  {
    RunningEdge edge(accept);
    NoteRequest note = good_note();
    note.set_text("bug");
    expect_error(edge.send(note), grpc::INTERNAL, "INTERNAL");
    EXPECT_EQ(edge.engine.submitted(), 0);
  }
  log::configure({});
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("a rule of the shape has a bug")));
}

TEST(CommandEdge, IsListedByReflectionAndHealth) {
  RunningEdge edge(accept);
  EXPECT_THAT(keel::testing::reflected_services(*edge.channel), HasSubstr(probe_service));
  EXPECT_EQ(health_of(*edge.channel, probe_service), 2);
  edge.server->serving(true);
  EXPECT_EQ(health_of(*edge.channel, probe_service), 1);
}

TEST(CommandEdge, NeverAnswersTwice) {
  RunningEdge edge([&](actors::Call call) {
    call.reply.answer(accepted_saying("first"));
    call.reply.answer(accepted_saying("second"));
  });
  NoteResponse response;
  ASSERT_TRUE(response.ParseFromString(edge.send(good_note()).bytes));
  EXPECT_EQ(response.text(), "first");
  EXPECT_EQ(edge.counted("accepted"), 1u);
}

TEST(CommandEdge, LetsCallsInFlightEndWhenItDrains) {
  Desk desk;
  std::atomic<bool> stopping{false};
  RunningEdge edge([&](actors::Call call) {
    if (stopping) return call.reply.answer(Trouble::stopping);
    desk.put(std::move(call));
  });
  edge.server->serving(true);
  auto in_flight = std::async(std::launch::async, [&] { return edge.send(good_note()); });
  auto held = desk.take();

  edge.server->serving(false);
  stopping = true;
  EXPECT_EQ(health_of(*edge.channel, probe_service), 2);
  const auto late = edge.send(good_note());
  expect_error(late, grpc::UNAVAILABLE, "STOPPING");
  EXPECT_TRUE(ops::detail_of(late.status)->retry_after);

  std::jthread shutdown([&] { edge.server->shutdown(std::chrono::seconds(20)); });
  held->reply.answer(accepted_saying("done"));
  EXPECT_TRUE(in_flight.get().status.ok());
}

TEST(CommandEdge, TakesTheCallersNameFromItsCertificate) {
  const auto folder = std::filesystem::temp_directory_path() / ("keel-edge-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const keel::testing::Authority authority;
  const auto own = authority.issue("server");
  std::ofstream(folder / "ca.pem") << authority.certificate();
  std::ofstream(folder / "cert.pem") << own.certificate;
  std::ofstream(folder / "key.pem") << own.key;

  auto server_options = RunningEdge::on_loopback();
  server_options.tls = ops::GrpcTls{folder / "cert.pem", folder / "key.pem", folder / "ca.pem"};
  auto edge_options = RunningEdge::with_incarnation();
  edge_options.authenticated_callers = true;
  std::string caller;
  RunningEdge edge(
      [&](actors::Call call) {
        caller = call.caller;
        call.reply.answer(accepted_saying(""));
      },
      server_options, edge_options);
  const auto client = authority.issue("till-7");
  const auto channel =
      keel::testing::secure_channel_to(edge.server->port(), {authority.certificate(), client.key, client.certificate});
  RawOptions liar;
  liar.metadata = {{"keel-caller", "boss"}};
  EXPECT_TRUE(call(*channel, note_path, good_note().SerializeAsString(), liar).status.ok());
  EXPECT_EQ(caller, "till-7");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace keel::command

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include "command/item_request.hpp"
#include "command/methods_by_request.hpp"
#include "command/response.hpp"
#include "command/result_pages.hpp"
#include "command/status.hpp"
#include "command/stream_window.hpp"
#include "support/edge_probe/probe.hpp"

namespace keel::command {
namespace {

using commands::v1::CommandItem;
using commands::v1::ExecuteRequest;
using commands::v1::ExecuteResponse;

const Uuid incarnation = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");
constexpr std::string_view response_type = "type.googleapis.com/keel.edgeprobe.v1.NoteResponse";

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  EXPECT_TRUE(buffer.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

actors::Accepted accepted(std::size_t reply_bytes = 0, bool deduplicated = false) {
  edgeprobe::v1::NoteResponse reply;
  reply.set_text(std::string(reply_bytes, 'x'));
  return {Version{7}, Lane{3}, Position{42}, reply.SerializeAsString(), deduplicated};
}

ExecuteResponse next_message(ResultPages& pages) {
  const auto page = pages.take();
  ExecuteResponse message;
  const std::string bytes = bytes_of(page.message);
  EXPECT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(static_cast<std::size_t>(message.results_size()), page.results);
  EXPECT_EQ(bytes.size(), page.bytes);
  return message;
}

TEST(ResultPages, HoldResponsesAndErrorsInTheOrderTheyCame) {
  ResultPages pages;
  EXPECT_TRUE(pages.empty());
  pages.add(5, accepted(1, true), response_type, "edgeprobe", incarnation);
  pages.add(-6, status_of(actors::Trouble::overloaded, "edgeprobe"));
  pages.add(7, accepted(3), response_type, "edgeprobe", incarnation);
  const auto message = next_message(pages);
  ASSERT_EQ(message.results_size(), 3);
  EXPECT_EQ(message.results(0).index(), 5);
  EXPECT_TRUE(message.results(0).deduplicated());
  EXPECT_EQ(message.results(0).response().type_url(), response_type);
  EXPECT_EQ(message.results(1).index(), -6);
  EXPECT_FALSE(message.results(1).deduplicated());
  EXPECT_EQ(message.results(1).error().code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(message.results(1).error().details_size(), 2);
  EXPECT_EQ(message.results(2).index(), 7);
  EXPECT_FALSE(message.results(2).deduplicated());
  EXPECT_TRUE(message.results(2).has_response());
  EXPECT_TRUE(pages.empty());
  EXPECT_EQ(pages.bytes(), 0u);
}

TEST(ResultPages, GiveTheResponseThatTheUnaryMethodGives) {
  ResultPages pages;
  pages.add(1, accepted(100), response_type, "edgeprobe", incarnation);
  pages.add(2, accepted(10), response_type, "edgeprobe", incarnation);
  const auto message = next_message(pages);
  EXPECT_EQ(message.results(0).response().value(), bytes_of(response_of(accepted(100), "edgeprobe", incarnation)));
  EXPECT_EQ(message.results(1).response().value(), bytes_of(response_of(accepted(10), "edgeprobe", incarnation)));
}

TEST(ResultPages, BeginAnotherMessageAfter64KiB) {
  ResultPages pages;
  for (int i = 0; i < 10; ++i) pages.add(i, accepted(20'000), response_type, "edgeprobe", incarnation);
  EXPECT_GT(pages.bytes(), 200'000u);
  EXPECT_EQ(next_message(pages).results_size(), 4);
  EXPECT_EQ(next_message(pages).results_size(), 4);
  EXPECT_EQ(next_message(pages).results_size(), 2);
  EXPECT_TRUE(pages.empty());
}

TEST(StreamWindow, IsOpenForOneMessageMoreAsLongAsItFits) {
  StreamOptions options;
  options.in_flight = 300;
  StreamWindow window(options);
  for (int i = 0; i < 44; ++i) window.let_in(nullptr, 10);
  EXPECT_TRUE(window.open());
  window.let_in(nullptr, 10);
  EXPECT_FALSE(window.open());
  window.answered(nullptr, 10, 5);
  EXPECT_FALSE(window.open());
  window.written(1, 5);
  EXPECT_TRUE(window.open());
}

TEST(StreamWindow, ClosesOnBytesOfCommandsAndOfResults) {
  StreamOptions options;
  options.waiting_bytes = 1000;
  StreamWindow window(options);
  window.let_in(nullptr, 100);
  EXPECT_TRUE(window.open());
  window.answered(nullptr, 100, 1000);
  EXPECT_FALSE(window.open());
  window.written(1, 1000);
  EXPECT_TRUE(window.open());
  EXPECT_TRUE(window.empty());
}

TEST(StreamWindow, IsOpenWhenEmptyHoweverSmallItIs) {
  StreamOptions options;
  options.in_flight = 1;
  StreamWindow window(options);
  EXPECT_TRUE(window.open());
  window.let_in(nullptr, 1);
  EXPECT_FALSE(window.open());
}

class Methods : public ::testing::Test {
 protected:
  Methods() { by_request.add(note_and_wipe()); }
  const std::vector<std::unique_ptr<const Method>>& note_and_wipe() const { return found.begin()->second; }

  ops::Metrics metrics;
  ServiceMethods found = find_methods({&domain::kind_of<edgeprobe::Probe>()}, metrics);
  MethodsByRequest by_request;
};

TEST_F(Methods, AreFoundByWhatFollowsTheLastSlash) {
  EXPECT_EQ(by_request.find("type.googleapis.com/keel.edgeprobe.v1.NoteRequest"), note_and_wipe()[0].get());
  EXPECT_EQ(by_request.find("/keel.edgeprobe.v1.WipeRequest"), note_and_wipe()[1].get());
  EXPECT_EQ(by_request.find("keel.edgeprobe.v1.NoteRequest"), nullptr);
  EXPECT_EQ(by_request.find("type.googleapis.com/keel.edgeprobe.v1.FadeRequest"), nullptr);
  EXPECT_EQ(by_request.find("type.googleapis.com/"), nullptr);
  EXPECT_EQ(by_request.find(""), nullptr);
}

TEST_F(Methods, OfTwoServicesMustNotTakeTheSameMessage) {
  EXPECT_THROW(by_request.add(note_and_wipe()), std::logic_error);
}

TEST_F(Methods, NameTheirResponses) { EXPECT_EQ(note_and_wipe()[0]->response_type_url, response_type); }

TEST_F(Methods, CountWhatIsOpenWhenAStreamIsGivenUp) {
  StreamWindow window{StreamOptions{}};
  const Method& note = *note_and_wipe()[0];
  for (int i = 0; i < 3; ++i) window.let_in(&note, 1);
  window.answered(&note, 1, 1);
  window.give_up();
  EXPECT_TRUE(window.empty());
  EXPECT_EQ(note.outcomes.find("cancelled")->second.value(), 2u);
}

TEST(ReadMessage, TakesAMessageInManyPiecesAndRefusesWhatIsNone) {
  ExecuteRequest sent;
  for (int i = 0; i < most_items; ++i) sent.add_items()->set_index(i);
  const std::string bytes = sent.SerializeAsString();
  std::vector<grpc::Slice> pieces;
  for (const char each : bytes) pieces.emplace_back(&each, 1);
  grpc::ByteBuffer in_pieces(pieces.data(), pieces.size());
  ExecuteRequest got;
  EXPECT_TRUE(read_message(in_pieces, got).ok());
  EXPECT_EQ(got.SerializeAsString(), bytes);

  sent.add_items();
  auto too_many = buffer_of(sent.SerializeAsString());
  EXPECT_EQ(read_message(too_many, got).error_code(), grpc::INVALID_ARGUMENT);
  auto garbage = buffer_of("\x0A\x05x");
  EXPECT_EQ(read_message(garbage, got).error_code(), grpc::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace keel::command

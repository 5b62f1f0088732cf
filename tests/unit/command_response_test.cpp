#include "command/response.hpp"

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/token.hpp"
#include "keel/edgeprobe/v1/probe.pb.h"

namespace keel::command {
namespace {

const Uuid incarnation = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");

std::string bytes_of(const actors::Accepted& accepted) {
  grpc::Slice slice;
  EXPECT_TRUE(response_of(accepted, "edgeprobe", incarnation).DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

edgeprobe::v1::NoteResponse read(const std::string& bytes) {
  edgeprobe::v1::NoteResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return response;
}

std::string reply_saying(const std::string& text) {
  edgeprobe::v1::NoteResponse reply;
  reply.set_text(text);
  return reply.SerializeAsString();
}

TEST(ResponseOf, AddsVersionAndTokenToTheRulesReply) {
  const auto response = read(bytes_of({Version{7}, Lane{3}, Position{42}, reply_saying("hello")}));
  EXPECT_EQ(response.version(), 7);
  EXPECT_EQ(response.text(), "hello");
  EXPECT_EQ(decode_token(response.token()), (Token{incarnation, "edgeprobe", Lane{3}, Position{42}}));
}

TEST(ResponseOf, WorksForAnEmptyReplyAndForTheLargestNumbers) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto response = read(bytes_of({Version{most}, Lane{15}, Position{most}, ""}));
  EXPECT_EQ(response.version(), most);
  EXPECT_EQ(decode_token(response.token())->position, Position{most});
  EXPECT_EQ(read(bytes_of({Version{0}, Lane{0}, Position{0}, ""})).version(), 0);
}

TEST(ResponseOf, IsTheSameByteForByteForARepeat) {
  const actors::Accepted first{Version{7}, Lane{3}, Position{42}, reply_saying("x"), false};
  const actors::Accepted repeat{Version{7}, Lane{3}, Position{42}, reply_saying("x"), true};
  EXPECT_EQ(bytes_of(first), bytes_of(repeat));
}

TEST(ResponseOf, KeepsALongReplyWhole) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(read(bytes_of({Version{1}, Lane{0}, Position{1}, reply_saying(text)})).text(), text);
}

}  // namespace
}  // namespace keel::command

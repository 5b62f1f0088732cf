// Acceptance: a binary with a newer version of a projection than the live generation's says so and serves that one on,
// fed by the older binary, until a generation of its own is rebuilt and promoted.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "core/uuid.hpp"
#include "keel/testing/v1/commands.grpc.pb.h"
#include "keel/testing/v1/queries.grpc.pb.h"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

namespace v1 = keel::testing::v1;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int counters = 20;
const std::string newer = "-newer";

class OutdatedTest : public ::testing::Test {
 protected:
  OutdatedTest() {
    for (const auto* role : {"command", "projector"}) system_.start(role);
    for (int i = 0; i < counters; ++i) move("counter-" + std::to_string(i));
    system_.use("keel_of_newer_counters");
    system_.start("query");
    system_.launch("projector", {}, newer);
  }

  std::string move(const std::string& id) {
    v1::MoveCounterRequest request;
    request.set_counter_id(id);
    request.set_request_id(make_uuid_v7(system_now()).text());
    request.set_amount(1);
    v1::MoveCounterResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto status =
        v1::TestingCommandService::NewStub(system_.channel("command"))->MoveCounter(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message() << system_.log_of("command");
    return response.token();
  }
  /// The counter's value once what the token stands for is visible; -1 when that is not answered.
  std::int64_t value_of(const std::string& id, const std::string& token) {
    v1::GetCounterRequest request;
    request.set_counter_id(id);
    request.add_min_token(token);
    v1::GetCounterResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto status =
        v1::TestingQueryService::NewStub(system_.channel("query"))->GetCounter(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message() << system_.log_of("query");
    return status.ok() ? response.value() : -1;
  }

  KeelSystem::Ran replay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    return system_.run(arguments);
  }
  void expect(const std::vector<std::string>& arguments, int code, const std::string& told) {
    const auto ran = replay(arguments);
    EXPECT_EQ(ran.code, code) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(told));
  }
  bool says(const std::string& role, const std::string& instance, const std::string& line) {
    return eventually(
        [&] { return http_get(system_.status_port(role, instance), "/metrics").body.find(line) != std::string::npos; });
  }
  bool projector_says(int outdated) {
    return says("projector", newer,
                "keel_projection_outdated{projection=\"counters\"} " + std::to_string(outdated) + "\n");
  }
  bool query_says(int outdated) {
    return says("query", "",
                "keel_query_projection_outdated{projection=\"counters\"} " + std::to_string(outdated) + "\n");
  }
  std::string live() { return system_.read_store().value("SELECT live FROM projections"); }

  KeelSystem system_{{.brokers = "", .program = "keel_of_counters", .environment = {}}};
};

TEST_F(OutdatedTest, ANewerBinarySaysSoAndServesTheOlderGenerationOn) {
  EXPECT_TRUE(projector_says(1)) << system_.log_of("projector", newer);
  EXPECT_TRUE(query_says(1)) << system_.log_of("query");
  EXPECT_THAT(system_.log_of("projector", newer),
              HasSubstr("outdated: the live generation 1 is of version 1, this code of version 2"));
  EXPECT_THAT(system_.log_of("query"), HasSubstr("serves an outdated generation until a rebuilt one is promoted"));
  const auto ready = http_get(system_.status_port("projector", newer), "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("outdated"));

  expect({"list"}, 0, "outdated");
  expect({"describe", "counters"}, 0, "outdated: the live generation 1 was made by version 1");
  expect({"verify", "counters"}, 5, "was made by version 1 of the projection, this code is version 2");
  EXPECT_EQ(system_.run({"migrate"}).code, 0) << "a newer binary migrates and promotes nothing";
  EXPECT_EQ(live(), "1");
  EXPECT_EQ(value_of("counter-1", move("counter-1")), 2) << "what comes is folded by the older binary, and served";
}

TEST_F(OutdatedTest, ARebuiltAndPromotedGenerationOfItsOwnEndsIt) {
  expect({"rebuild", "counters", "--yes", "--reason", "a newer version"}, 0, "done");
  ASSERT_TRUE(projector_says(1)) << "promoting is the operator's deed";
  const auto token = move("counter-2");
  expect({"verify", "counters", "--generation", "2"}, 0, "counters generation 2: 0 differences");
  expect({"promote", "counters", "--yes", "--patience", "20000"}, 0, "");
  EXPECT_EQ(live(), "2");
  EXPECT_TRUE(projector_says(0)) << system_.log_of("projector", newer);
  EXPECT_TRUE(query_says(0)) << system_.log_of("query");
  EXPECT_EQ(value_of("counter-2", token), 2);
  EXPECT_EQ(value_of("counter-3", move("counter-3")), 2) << "the newer binary feeds its generation";
  EXPECT_THAT(replay({"list"}).output, AllOf(Not(HasSubstr("outdated")), HasSubstr("ok")));
  EXPECT_TRUE(system_.await_ready("projector", std::chrono::seconds(30), newer));

  system_.use("keel_of_counters");
  expect({"list"}, 0, "newer");
  expect({"describe", "counters"}, 0, "newer: the live generation 2 was made by version 2");
}

TEST_F(OutdatedTest, ARollBackGoesToTheOlderGenerationThatWasKeptUpAllTheTime) {
  expect({"rebuild", "counters", "--yes"}, 0, "done");
  expect({"verify", "counters", "--generation", "2"}, 0, ": 0 differences");
  expect({"promote", "counters", "--yes", "--patience", "20000"}, 0, "");
  const auto token = move("counter-4");
  expect({"rollback", "counters", "--yes", "--patience", "20000"}, 0, "");
  EXPECT_EQ(live(), "1");
  EXPECT_TRUE(projector_says(1)) << system_.log_of("projector", newer);
  EXPECT_EQ(value_of("counter-4", token), 2);
}

}  // namespace
}  // namespace keel::test

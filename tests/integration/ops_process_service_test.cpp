#include "ops/process_service.hpp"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "keel/ops/v1/process.grpc.pb.h"
#include "ops/error_status.hpp"
#include "ops/grpc_server.hpp"
#include "ops/log.hpp"
#include "support/captured_log.hpp"

namespace keel::ops {
namespace {

using ::testing::HasSubstr;

class ProcessServiceTest : public ::testing::Test {
 protected:
  void serve(Permissions permissions) {
    ProcessParts parts;
    parts.identity.id = *parse_uuid("018f0000-0000-7000-8000-000000000001");
    parts.identity.role = "command";
    parts.identity.node = "host:1";
    parts.identity.version = "1.2.3";
    parts.identity.started_at = Timestamp(std::chrono::seconds(1'700'000'000));
    parts.permissions = std::move(permissions);
    parts.configuration = [] {
      return std::vector<ShownSetting>{{"journal.dsn", "******", "file", "PostgreSQL with the journal"}};
    };
    parts.unmet_conditions = [this] { return unmet; };
    parts.live_aggregates = [] { return std::int64_t{17}; };
    parts.drain = [this] { drained = true; };
    service = process_service(std::move(parts));
    GrpcOptions options;
    options.listen = "127.0.0.1:0";
    server = *GrpcServer::start(options, {service.get()}, metrics);
    stub = v1::ProcessService::NewStub(server->channel_inside());
  }

  grpc::Status set_level(const std::string& level, const std::string& reason = "a test",
                         const std::string& token = "") {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::SetLogLevelRequest request;
    request.set_level(level);
    request.set_reason(reason);
    return stub->SetLogLevel(&context, request, &level_response);
  }

  grpc::Status drain(const std::string& reason) {
    grpc::ClientContext context;
    v1::DrainProcessRequest request;
    request.set_reason(reason);
    v1::DrainProcessResponse response;
    return stub->DrainProcess(&context, request, &response);
  }

  using Tail = std::unique_ptr<grpc::ClientReader<v1::TailLogsResponse>>;
  Tail tail(grpc::ClientContext& context, const std::string& level, std::int32_t backlog) {
    v1::TailLogsRequest request;
    request.set_level(level);
    request.set_backlog(backlog);
    return stub->TailLogs(&context, request);
  }

  grpc::Status end_of(const std::string& level, std::int32_t backlog) {
    grpc::ClientContext context;
    const Tail reader = tail(context, level, backlog);
    v1::TailLogsResponse response;
    while (reader->Read(&response)) continue;
    return reader->Finish();
  }

  /// Reads until a line holds this text.
  static std::string line_with(Tail& reader, const std::string& text) {
    v1::TailLogsResponse response;
    while (reader->Read(&response)) {
      for (const auto& line : response.lines()) {
        if (line.find(text) != std::string::npos) return line;
      }
    }
    return "";
  }

  test::CapturedLog captured;
  Metrics metrics;
  std::vector<UnmetCondition> unmet;
  std::atomic<bool> drained = false;
  v1::SetLogLevelResponse level_response;
  std::unique_ptr<grpc::Service> service;
  std::unique_ptr<GrpcServer> server;
  std::unique_ptr<v1::ProcessService::Stub> stub;
};

TEST_F(ProcessServiceTest, TellsWhatItIsAndWhatItUses) {
  serve({.actions = true, .faults = false, .token = ""});
  unmet = {{"lanes", "standing by"}, {"journal", "away"}};
  grpc::ClientContext context;
  v1::GetProcessResponse response;
  ASSERT_TRUE(stub->GetProcess(&context, {}, &response).ok());
  const auto& process = response.process();
  EXPECT_EQ(process.process_id(), "018f0000-0000-7000-8000-000000000001");
  EXPECT_EQ(process.role(), "command");
  EXPECT_EQ(process.node(), "host:1");
  EXPECT_EQ(process.version(), "1.2.3");
  EXPECT_EQ(process.start_time().seconds(), 1'700'000'000);
  EXPECT_FALSE(process.ready());
  EXPECT_EQ(process.not_ready_reason(), "lanes: standing by; journal: away");
  ASSERT_EQ(process.unmet_conditions_size(), 2);
  EXPECT_EQ(process.unmet_conditions(1).name(), "journal");
  EXPECT_EQ(process.unmet_conditions(1).reason(), "away");
  EXPECT_GT(process.cpu_seconds(), 0);
  EXPECT_GT(process.resident_bytes(), 1 << 20);
  EXPECT_GT(process.threads(), 1);
  EXPECT_EQ(process.live_aggregates(), 17);
  EXPECT_TRUE(process.actions_enabled());
  EXPECT_FALSE(process.faults_enabled());
  EXPECT_EQ(process.log_level(), "debug");
}

TEST_F(ProcessServiceTest, TellsItsConfiguration) {
  serve({});
  grpc::ClientContext context;
  v1::GetConfigurationResponse response;
  ASSERT_TRUE(stub->GetConfiguration(&context, {}, &response).ok());
  ASSERT_EQ(response.settings_size(), 1);
  EXPECT_EQ(response.settings(0).key(), "journal.dsn");
  EXPECT_EQ(response.settings(0).value(), "******");
  EXPECT_EQ(response.settings(0).source(), "file");
}

TEST_F(ProcessServiceTest, RefusesEveryActionUnlessActionsAreAllowed) {
  serve({});
  for (const auto& status : {set_level("off"), drain("a test")}) {
    EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED);
    EXPECT_EQ(detail_of(status)->reason, "ACTIONS_DISABLED");
  }
  EXPECT_FALSE(drained);
  EXPECT_EQ(log::level(), log::Level::debug);
}

TEST_F(ProcessServiceTest, WantsTheTokenWhenThereIsOne) {
  serve({.actions = true, .faults = false, .token = "secret"});
  for (const std::string wrong : {"", "secre", "secreT", "secrets"}) {
    const auto status = set_level("info", "a test", wrong);
    EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED) << wrong;
    EXPECT_EQ(detail_of(status)->reason, "TOKEN_REQUIRED");
  }
  EXPECT_TRUE(set_level("info", "a test", "secret").ok());
}

TEST_F(ProcessServiceTest, ChangesWhatIsLoggedAndLogsWhoWantedItAndWhy) {
  serve({.actions = true, .faults = false, .token = ""});
  ASSERT_TRUE(set_level("off", "too loud").ok());
  EXPECT_EQ(level_response.previous_level(), "debug");
  EXPECT_EQ(log::level(), log::Level::off);
  EXPECT_EQ(captured.with({"an operator changes the log level", "too loud", R"("to":"off")"}).size(), 1u);
  ASSERT_TRUE(set_level("warn", "too quiet").ok());
  EXPECT_EQ(level_response.previous_level(), "off");
  EXPECT_EQ(captured.with({"an operator changes the log level", "too quiet"}).size(), 1u);
}

TEST_F(ProcessServiceTest, DrainsWhenAskedTo) {
  serve({.actions = true, .faults = false, .token = ""});
  EXPECT_TRUE(drain("a new version").ok());
  EXPECT_TRUE(drained);
  EXPECT_EQ(captured.with({"drains this process", "a new version"}).size(), 1u);
}

TEST_F(ProcessServiceTest, RefusesReasonsAndLevelsThatAreNone) {
  serve({.actions = true, .faults = false, .token = ""});
  for (const std::string& reason : {std::string(), std::string(501, 'x')}) {
    const auto status = drain(reason);
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_EQ(detail_of(status)->violations.at(0).field, "reason");
  }
  EXPECT_EQ(detail_of(set_level("loud"))->violations.at(0).field, "level");
  EXPECT_EQ(detail_of(end_of("off", 0))->violations.at(0).field, "level");
  EXPECT_EQ(detail_of(end_of("", 1'001))->violations.at(0).field, "backlog");
  EXPECT_EQ(detail_of(end_of("", -1))->violations.at(0).field, "backlog");
  EXPECT_FALSE(drained);
}

TEST_F(ProcessServiceTest, ShowsTheLatestLinesAndThenWhatIsLogged) {
  serve({});
  log::info("test", "before the call");
  grpc::ClientContext context;
  Tail reader = tail(context, "", 1'000);
  const std::string before = line_with(reader, "before the call");
  EXPECT_THAT(before, HasSubstr(R"("logger":"test")"));
  log::info("test", "after the call");
  EXPECT_THAT(line_with(reader, "after the call"), HasSubstr(R"("level":"info")"));
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::CANCELLED);
}

TEST_F(ProcessServiceTest, ShowsNothingBelowTheLevelAskedFor) {
  serve({});
  log::info("test", "quiet");
  log::error("test", "loud");
  grpc::ClientContext context;
  Tail reader = tail(context, "error", 1);
  v1::TailLogsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.lines_size(), 1);
  EXPECT_THAT(response.lines(0), HasSubstr("loud"));
  context.TryCancel();
}

TEST_F(ProcessServiceTest, EndsTailsWhenTheServerStops) {
  serve({});
  log::info("test", "one line");
  grpc::ClientContext context;
  Tail reader = tail(context, "", 1);
  v1::TailLogsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  server->shutdown(std::chrono::seconds(60));
  while (reader->Read(&response)) continue;
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(detail_of(status)->reason, "STOPPING");
}

}  // namespace
}  // namespace keel::ops

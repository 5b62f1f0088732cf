#include "ops/grpc_server.hpp"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "keel/ops/v1/supervision.grpc.pb.h"
#include "ops/supervision_service.hpp"
#include "support/certificates.hpp"
#include "support/raw_client.hpp"

namespace keel::ops {
namespace {

using keel::testing::Authority;
using keel::testing::call;
using keel::testing::Certificate;
using keel::testing::channel_to;
using keel::testing::health_of;
using keel::testing::RawOptions;
using keel::testing::RawStream;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int serving = 1;
constexpr int not_serving = 2;
const std::string service_name = "keel.ops.v1.SupervisionService";
const std::string tree_path = "/keel.ops.v1.SupervisionService/GetSupervisionTree";

class GrpcServerTest : public ::testing::Test {
 protected:
  static GrpcOptions loopback() {
    GrpcOptions options;
    options.listen = "127.0.0.1:0";
    return options;
  }

  void start(const GrpcOptions& options) {
    server = *GrpcServer::start(options, {service.get()}, metrics);
    channel = channel_to(server->port());
  }

  Metrics metrics;
  SupervisionRegistry registry{{}, metrics};
  std::unique_ptr<grpc::Service> service = supervision_service(registry);
  std::unique_ptr<GrpcServer> server;
  std::shared_ptr<grpc::Channel> channel;
};

TEST_F(GrpcServerTest, IsNotServingUntilToldSo) {
  start(loopback());
  EXPECT_EQ(health_of(*channel, ""), not_serving);
  EXPECT_EQ(health_of(*channel, service_name), not_serving);
  server->serving(true);
  EXPECT_EQ(health_of(*channel, ""), serving);
  EXPECT_EQ(health_of(*channel, service_name), serving);
}

TEST_F(GrpcServerTest, TellsHealthByService) {
  start(loopback());
  server->serving(true);
  server->serving(service_name, false);
  EXPECT_EQ(health_of(*channel, ""), serving);
  EXPECT_EQ(health_of(*channel, service_name), not_serving);
  EXPECT_EQ(call(*channel, "/grpc.health.v1.Health/Check", "\x0A\x01x").status.error_code(), grpc::NOT_FOUND);
}

TEST_F(GrpcServerTest, TellsWatchersOfHealthWhenItChanges) {
  start(loopback());
  RawStream watch(*channel, "/grpc.health.v1.Health/Watch", {});
  EXPECT_EQ(watch.next(), "\x08\x02");
  server->serving(true);
  EXPECT_EQ(watch.next(), "\x08\x01");
  server->serving(false);
  EXPECT_EQ(watch.next(), "\x08\x02");
}

TEST_F(GrpcServerTest, ListsItsServicesByReflectionUnlessToldNotTo) {
  start(loopback());
  EXPECT_THAT(keel::testing::reflected_services(*channel), HasSubstr(service_name));
  GrpcOptions silent = loopback();
  silent.reflection = false;
  start(silent);
  EXPECT_THAT(keel::testing::reflected_services(*channel), Not(HasSubstr(service_name)));
}

TEST_F(GrpcServerTest, RefusesMessagesAndMetadataThatAreTooLarge) {
  GrpcOptions small = loopback();
  small.max_message_bytes = 1000;
  start(small);
  EXPECT_TRUE(call(*channel, tree_path, "").status.ok());
  EXPECT_EQ(call(*channel, tree_path, std::string(1001, 'x')).status.error_code(), grpc::RESOURCE_EXHAUSTED);
  RawOptions heavy;
  heavy.metadata = {{"x-heavy", std::string(10'000, 'x')}};
  EXPECT_EQ(call(*channel_to(server->port()), tree_path, "", heavy).status.error_code(), grpc::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcServerTest, CountsAndTimesCallsByMethodAndCode) {
  start(loopback());
  ASSERT_TRUE(call(*channel, tree_path, "").status.ok());
  ASSERT_EQ(call(*channel, tree_path, "\x10\xE9\x07").status.error_code(), grpc::INVALID_ARGUMENT);  // page_size 1001
  server.reset();
  const std::string text = metrics.text();
  const std::string method = R"(grpc_method="keel.ops.v1.SupervisionService/GetSupervisionTree")";
  EXPECT_THAT(text, HasSubstr("grpc_server_call_started_total{" + method + "} 2\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_call_duration_seconds_count{" + method + ",grpc_status=\"OK\"} 1\n"));
  EXPECT_THAT(
      text, HasSubstr("grpc_server_call_duration_seconds_count{" + method + ",grpc_status=\"INVALID_ARGUMENT\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("keel_grpc_in_flight_calls{" + method + "} 0\n"));
}

/// Strangers cannot make series by calling what is not there.
TEST_F(GrpcServerTest, NeverCountsUnknownMethodsByName) {
  start(loopback());
  EXPECT_EQ(call(*channel, "/evil.Service/Method", "").status.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_EQ(call(*channel, "/evil.Service/Other", "").status.error_code(), grpc::UNIMPLEMENTED);
  server.reset();
  EXPECT_THAT(metrics.text(), Not(HasSubstr("evil")));
}

TEST_F(GrpcServerTest, NeverSharesItsPortAndSaysSo) {
  start(loopback());
  GrpcOptions taken;
  taken.listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = GrpcServer::start(taken, {service.get()}, metrics);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.fault().what,
              HasSubstr("gRPC server: cannot listen on " + taken.listen + ": Address already in use"));
}

TEST_F(GrpcServerTest, FaultsOnAnAddressThatIsNone) {
  GrpcOptions bad;
  bad.listen = "nowhere";
  EXPECT_THAT(GrpcServer::start(bad, {service.get()}, metrics).fault().what, HasSubstr("it is no address"));
}

TEST_F(GrpcServerTest, StopsAtOnceWhenNothingIsOpen) {
  start(loopback());
  server->shutdown(std::chrono::seconds(60));
  EXPECT_EQ(call(*channel, tree_path, "").status.error_code(), grpc::UNAVAILABLE);
}

TEST_F(GrpcServerTest, EndsOpenStreamsAfterTheGrace) {
  start(loopback());
  RawStream watch(*channel, "/grpc.health.v1.Health/Watch", {});
  ASSERT_TRUE(watch.next());
  server->shutdown(std::chrono::milliseconds(50));
  EXPECT_FALSE(watch.next());
}

TEST_F(GrpcServerTest, ListensOnASocketPath) {
  GrpcOptions options;
  const std::string path =
      (std::filesystem::temp_directory_path() / ("keel-grpc-" + std::to_string(getpid()))).string();
  options.listen = "unix:" + path;
  start(options);
  EXPECT_EQ(server->port(), 0);
  const auto local = grpc::CreateChannel(options.listen, grpc::InsecureChannelCredentials());
  EXPECT_TRUE(call(*local, tree_path, "").status.ok());
  server.reset();
  std::filesystem::remove(path);
}

class GrpcTlsTest : public GrpcServerTest {
 protected:
  GrpcTlsTest() {
    std::filesystem::create_directories(folder);
    write("ca.pem", authority.certificate());
    const Certificate own = authority.issue("server");
    write("cert.pem", own.certificate);
    write("key.pem", own.key);
  }
  ~GrpcTlsTest() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  std::string path(const std::string& name) const { return (folder / name).string(); }

  std::shared_ptr<grpc::Channel> secure_channel(const Certificate& client) const {
    return keel::testing::secure_channel_to(server->port(), {authority.certificate(), client.key, client.certificate});
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("keel-tls-" + std::to_string(getpid()));
  const Authority authority;
};

TEST_F(GrpcTlsTest, TakesOnlyClientsThatItsAuthoritySigned) {
  GrpcOptions options = loopback();
  options.tls = GrpcTls{path("cert.pem"), path("key.pem"), path("ca.pem")};
  start(options);
  EXPECT_TRUE(call(*secure_channel(authority.issue("till")), tree_path, "").status.ok());
  EXPECT_EQ(call(*secure_channel({}), tree_path, "").status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(call(*secure_channel(Authority().issue("till")), tree_path, "").status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(call(*channel_to(server->port()), tree_path, "").status.error_code(), grpc::UNAVAILABLE);
}

TEST_F(GrpcTlsTest, FaultsOnAFileThatCannotBeRead) {
  GrpcOptions options = loopback();
  options.tls = GrpcTls{path("cert.pem"), path("missing.pem"), {}};
  EXPECT_THAT(GrpcServer::start(options, {service.get()}, metrics).fault().what,
              HasSubstr("cannot read the TLS file " + path("missing.pem")));
}

}  // namespace
}  // namespace keel::ops

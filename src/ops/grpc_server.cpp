#include "ops/grpc_server.hpp"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/impl/service_type.h>

#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "ops/call_series.hpp"
#include "ops/ends_streams.hpp"
#include "ops/grpc_metrics.hpp"
#include "ops/grpc_process.hpp"
#include "ops/listen_address.hpp"

namespace keel::ops {
namespace {

using Names = std::vector<std::string>;

/// What gRPC's reflection plugin calls itself.
constexpr std::string_view reflection_name = "proto_server_reflection";

Fault fault(std::string what) { return Fault{Fault::Outcome::nothing_changed, std::move(what)}; }

/// Learns the full names of all services while the server is built: gRPC tells them to nobody else.
class NameCollector final : public grpc::ServerBuilderPlugin {
 public:
  explicit NameCollector(std::shared_ptr<Names> names) : names_(std::move(names)) {}
  std::string name() override { return "keel_service_names"; }
  void InitServer(grpc::ServerInitializer*) override {}
  void Finish(grpc::ServerInitializer* server) override { *names_ = *server->GetServiceList(); }
  void ChangeArguments(const std::string&, void*) override {}

 private:
  const std::shared_ptr<Names> names_;
};

/// Chooses the plugins of this server only. The reflection library adds its own to every server of a process that links
/// it, so that one goes first.
class Plugins final : public grpc::ServerBuilderOption {
 public:
  Plugins(std::shared_ptr<Names> names, bool reflection) : names_(std::move(names)), reflection_(reflection) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == reflection_name; });
    plugins->push_back(std::make_unique<NameCollector>(names_));
    if (reflection_) plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
  }

 private:
  const std::shared_ptr<Names> names_;
  const bool reflection_;
};

int whole_milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

void limit(grpc::ServerBuilder& builder, const GrpcOptions& options) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, whole_milliseconds(options.keepalive_time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, whole_milliseconds(options.keepalive_timeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             whole_milliseconds(options.min_ping_interval));
}

std::set<std::string, std::less<>> measured_by(const std::vector<grpc::Service*>& services) {
  std::set<std::string, std::less<>> paths;
  for (const grpc::Service* const service : services) {
    const auto* const own = dynamic_cast<const MeasuresItself*>(service);
    if (own == nullptr) continue;
    for (std::string& path : own->measured_paths()) paths.insert(std::move(path));
  }
  return paths;
}

void watch(grpc::ServerBuilder& builder, const std::vector<grpc::Service*>& services, Metrics& metrics) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> watchers;
  watchers.push_back(std::make_unique<CallMetrics>(metrics, measured_by(services)));
  builder.experimental().SetInterceptorCreators(std::move(watchers));
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  if (content.empty()) return fault("gRPC server: cannot read the TLS file " + path + ", or it is empty");
  return content;
}

using Credentials = std::shared_ptr<grpc::ServerCredentials>;

Result<Credentials> credentials_of(const std::optional<GrpcTls>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  auto certificate = read_file(tls->certificate_file);
  if (!certificate) return certificate.fault();
  auto key = read_file(tls->key_file);
  if (!key) return key.fault();
  grpc::SslServerCredentialsOptions ssl;
  ssl.pem_key_cert_pairs.push_back({*std::move(key), *std::move(certificate)});
  if (tls->client_ca_file.empty()) return grpc::SslServerCredentials(ssl);
  auto authority = read_file(tls->client_ca_file);
  if (!authority) return authority.fault();
  ssl.pem_root_certs = *std::move(authority);
  ssl.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  return grpc::SslServerCredentials(ssl);
}

bool is_socket_path(const std::string& address) { return address.starts_with("unix:"); }

}  // namespace

struct GrpcServer::Running {
  std::shared_ptr<Names> names = std::make_shared<Names>();
  std::vector<EndsStreams*> with_streams;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  bool down = false;
};

GrpcServer::GrpcServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

GrpcServer::~GrpcServer() { shutdown(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<GrpcServer>> GrpcServer::start(const GrpcOptions& options,
                                                      const std::vector<grpc::Service*>& services, Metrics& metrics) {
  const auto credentials = credentials_of(options.tls);
  if (!credentials) return credentials.fault();
  if (!is_socket_path(options.listen) && !parse_address(options.listen)) {
    return fault(cannot_listen("gRPC server", options.listen));
  }
  prepare_grpc();
  grpc::EnableDefaultHealthCheckService(true);
  auto running = std::make_unique<Running>();
  grpc::ServerBuilder builder;
  limit(builder, options);
  watch(builder, services, metrics);
  builder.SetOption(std::make_unique<Plugins>(running->names, options.reflection));
  builder.AddListeningPort(options.listen, *credentials, &running->port);
  for (grpc::Service* const service : services) {
    builder.RegisterService(service);
    if (auto* const streaming = dynamic_cast<EndsStreams*>(service)) running->with_streams.push_back(streaming);
  }
  running->server = builder.BuildAndStart();
  if (running->server == nullptr || running->port == 0) return fault(cannot_listen("gRPC server", options.listen));
  if (is_socket_path(options.listen)) running->port = 0;
  std::unique_ptr<GrpcServer> started(new GrpcServer(std::move(running)));
  started->serving(false);
  return started;
}

void GrpcServer::serving(bool yes) {
  serving("", yes);
  for (const std::string& name : *running_->names) serving(name, yes);
}

void GrpcServer::serving(std::string_view service, bool yes) {
  running_->server->GetHealthCheckService()->SetServingStatus(std::string(service), yes);
}

void GrpcServer::shutdown(std::chrono::milliseconds grace) {
  if (std::exchange(running_->down, true)) return;
  for (EndsStreams* const streaming : running_->with_streams) streaming->end_streams();
  running_->server->Shutdown(std::chrono::system_clock::now() + grace);
  running_->server->Wait();
}

int GrpcServer::port() const { return running_->port; }

std::shared_ptr<grpc::Channel> GrpcServer::channel_inside() {
  return running_->server->InProcessChannel(grpc::ChannelArguments());
}

}  // namespace keel::ops

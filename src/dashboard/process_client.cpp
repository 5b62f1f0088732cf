#include "dashboard/process_client.hpp"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "keel/ops/v1/process.grpc.pb.h"
#include "keel/ops/v1/supervision.grpc.pb.h"

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;

/// A tree of a thousand nodes with long causes.
constexpr int max_answer_bytes = 16 << 20;

std::shared_ptr<grpc::Channel> channel_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(max_answer_bytes);
  // A process that comes back is seen at once, not after gRPC's growing pauses.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void limit(grpc::ClientContext& context, std::chrono::milliseconds patience) {
  context.set_deadline(std::chrono::system_clock::now() + patience);
}

}  // namespace

struct ProcessClient::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : process(v1::ProcessService::NewStub(channel)), supervision(v1::SupervisionService::NewStub(channel)) {}
  const std::unique_ptr<v1::ProcessService::Stub> process;
  const std::unique_ptr<v1::SupervisionService::Stub> supervision;
};

ProcessClient::ProcessClient(const std::string& address, std::string token, std::chrono::milliseconds patience)
    : stubs_(std::make_unique<const Stubs>(channel_to(address))), token_(std::move(token)), patience_(patience) {}
ProcessClient::~ProcessClient() = default;

grpc::Status ProcessClient::process(v1::GetProcessResponse& answer) const {
  grpc::ClientContext context;
  limit(context, patience_);
  return stubs_->process->GetProcess(&context, {}, &answer);
}

grpc::Status ProcessClient::configuration(v1::GetConfigurationResponse& answer) const {
  grpc::ClientContext context;
  limit(context, patience_);
  return stubs_->process->GetConfiguration(&context, {}, &answer);
}

grpc::Status ProcessClient::tree(const v1::GetSupervisionTreeRequest& request,
                                 v1::GetSupervisionTreeResponse& answer) const {
  grpc::ClientContext context;
  limit(context, patience_);
  return stubs_->supervision->GetSupervisionTree(&context, request, &answer);
}

grpc::Status ProcessClient::events(const v1::ListSupervisionEventsRequest& request,
                                   v1::ListSupervisionEventsResponse& answer) const {
  grpc::ClientContext context;
  limit(context, patience_);
  return stubs_->supervision->ListSupervisionEvents(&context, request, &answer);
}

grpc::Status ProcessClient::actor(const v1::GetActorRequest& request, v1::GetActorResponse& answer) const {
  grpc::ClientContext context;
  limit(context, patience_);
  return stubs_->supervision->GetActor(&context, request, &answer);
}

std::unique_ptr<ProcessClient::LogReader> ProcessClient::tail_logs(grpc::ClientContext& context,
                                                                   const v1::TailLogsRequest& request) const {
  return stubs_->process->TailLogs(&context, request);
}

grpc::Status ProcessClient::control(const v1::ControlActorRequest& request) const {
  grpc::ClientContext context;
  limit(context, patience_);
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  v1::ControlActorResponse answer;
  return stubs_->supervision->ControlActor(&context, request, &answer);
}

grpc::Status ProcessClient::set_log_level(const v1::SetLogLevelRequest& request) const {
  grpc::ClientContext context;
  limit(context, patience_);
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  v1::SetLogLevelResponse answer;
  return stubs_->process->SetLogLevel(&context, request, &answer);
}

grpc::Status ProcessClient::drain(const v1::DrainProcessRequest& request) const {
  grpc::ClientContext context;
  limit(context, patience_);
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  v1::DrainProcessResponse answer;
  return stubs_->process->DrainProcess(&context, request, &answer);
}

std::shared_ptr<const ProcessClient> ProcessClients::at(const std::string& address) {
  const std::lock_guard lock(mutex_);
  auto& client = clients_[address];
  if (!client) client = std::make_shared<const ProcessClient>(address, token_, patience_);
  return client;
}

}  // namespace keel::dashboard

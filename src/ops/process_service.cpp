#include "ops/process_service.hpp"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "keel/ops/v1/process.grpc.pb.h"
#include "ops/ends_streams.hpp"
#include "ops/log.hpp"
#include "ops/log_stream.hpp"
#include "ops/operator_status.hpp"
#include "ops/process_metrics.hpp"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::int32_t largest_backlog = 1'000;

/// Says so while the louder of the two levels holds.
void change_level(log::Level level, const std::string& reason, const std::string& peer) {
  if (level < log::level()) log::set_level(level);
  log::warn("ops", "an operator changes the log level",
            {{"to", log::name_of(level)}, {"reason", reason}, {"peer", peer}});
  log::set_level(level);
}

class Service final : public v1::ProcessService::CallbackService, public EndsStreams {
 public:
  explicit Service(ProcessParts parts) : parts_(std::move(parts)), streams_(log::tail()) {}

  void end_streams() override { streams_.end(); }

  grpc::ServerUnaryReactor* GetProcess(grpc::CallbackServerContext* context, const v1::GetProcessRequest*,
                                       v1::GetProcessResponse* response) override {
    v1::Process& process = *response->mutable_process();
    write_identity(process);
    write_condition(process);
    return finished(context, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* GetConfiguration(grpc::CallbackServerContext* context, const v1::GetConfigurationRequest*,
                                             v1::GetConfigurationResponse* response) override {
    for (ShownSetting& shown : parts_.configuration()) {
      auto& setting = *response->add_settings();
      setting.set_key(std::move(shown.key));
      setting.set_value(std::move(shown.value));
      setting.set_source(std::move(shown.source));
      setting.set_description(std::move(shown.description));
    }
    return finished(context, grpc::Status::OK);
  }

  grpc::ServerWriteReactor<v1::TailLogsResponse>* TailLogs(grpc::CallbackServerContext*,
                                                           const v1::TailLogsRequest* request) override {
    const auto level = request->level().empty() ? log::Level::debug : log::parse_level(request->level());
    if (!level || *level == log::Level::off) {
      return streams_.refuse(invalid_field("level", "must be debug, info, warn, error or empty")).get();
    }
    if (request->backlog() < 0 || request->backlog() > largest_backlog) {
      return streams_.refuse(invalid_field("backlog", "must be 0 to 1000")).get();
    }
    return streams_.open(*level, static_cast<std::size_t>(request->backlog())).get();
  }

  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context, const v1::SetLogLevelRequest* request,
                                        v1::SetLogLevelResponse* response) override {
    return finished(context, set_log_level(*context, *request, *response));
  }

  grpc::ServerUnaryReactor* DrainProcess(grpc::CallbackServerContext* context, const v1::DrainProcessRequest* request,
                                         v1::DrainProcessResponse*) override {
    return finished(context, drain(*context, *request));
  }

 private:
  static grpc::ServerUnaryReactor* finished(grpc::CallbackServerContext* context, const grpc::Status& status) {
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  void write_identity(v1::Process& process) const {
    const ProcessIdentity& own = parts_.identity;
    process.set_process_id(own.id.text());
    process.set_role(own.role);
    process.set_node(own.node);
    process.set_version(own.version);
    *process.mutable_start_time() = TimeUtil::MicrosecondsToTimestamp(own.started_at.time_since_epoch().count());
  }

  void write_readiness(v1::Process& process) const {
    std::string reasons;
    for (const auto& [name, why] : parts_.unmet_conditions()) {
      auto& unmet = *process.add_unmet_conditions();
      unmet.set_name(mend_utf8(name));
      unmet.set_reason(mend_utf8(why));
      reasons += (reasons.empty() ? "" : "; ") + unmet.name() + ": " + unmet.reason();
    }
    process.set_ready(reasons.empty());
    process.set_not_ready_reason(reasons);
  }

  void write_condition(v1::Process& process) const {
    write_readiness(process);
    const ProcessUsage usage = process_usage();
    process.set_cpu_seconds(usage.cpu_seconds);
    process.set_resident_bytes(usage.resident_bytes);
    process.set_threads(usage.threads);
    if (parts_.live_aggregates) process.set_live_aggregates(parts_.live_aggregates());
    process.set_actions_enabled(parts_.permissions.actions);
    process.set_faults_enabled(parts_.permissions.faults);
    process.set_log_level(std::string(log::name_of(log::level())));
  }

  grpc::Status set_log_level(const grpc::CallbackServerContext& context, const v1::SetLogLevelRequest& request,
                             v1::SetLogLevelResponse& response) const {
    if (auto allowed = may_act(parts_.permissions, context); !allowed.ok()) return allowed;
    const auto level = log::parse_level(request.level());
    if (!level) return invalid_field("level", "must be debug, info, warn, error or off");
    if (auto reason = check_reason(request.reason()); !reason.ok()) return reason;
    response.set_previous_level(std::string(log::name_of(log::level())));
    change_level(*level, request.reason(), context.peer());
    return grpc::Status::OK;
  }

  grpc::Status drain(const grpc::CallbackServerContext& context, const v1::DrainProcessRequest& request) const {
    if (auto allowed = may_act(parts_.permissions, context); !allowed.ok()) return allowed;
    if (auto reason = check_reason(request.reason()); !reason.ok()) return reason;
    log::warn("ops", "an operator drains this process", {{"reason", request.reason()}, {"peer", context.peer()}});
    parts_.drain();
    return grpc::Status::OK;
  }

  const ProcessParts parts_;
  LogStreams streams_;
};

}  // namespace

std::unique_ptr<grpc::Service> process_service(ProcessParts parts) {
  return std::make_unique<Service>(std::move(parts));
}

}  // namespace keel::ops

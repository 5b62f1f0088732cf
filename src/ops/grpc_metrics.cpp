#include "ops/grpc_metrics.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <chrono>
#include <mutex>

namespace keel::ops {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

constexpr std::array<const char*, 17> code_names = {
    "OK",           "CANCELLED",          "UNKNOWN",             "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",        "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL",          "UNAVAILABLE",         "DATA_LOSS",        "UNAUTHENTICATED"};

/// Only names that are compiled in, so that strangers cannot make series: gRPC's own health service is not in the pool.
bool is_known(std::string_view path) {
  if (path == "/grpc.health.v1.Health/Check" || path == "/grpc.health.v1.Health/Watch") return true;
  if (path.empty()) return false;
  std::string name(path.substr(1));
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name) != nullptr;
}

class CallWatch final : public grpc::experimental::Interceptor {
 public:
  explicit CallWatch(MethodSeries& series) : series_(series) { series_.started(); }
  ~CallWatch() override {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
    series_.ended(code_, taken.count());
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = methods->GetSendStatus().error_code();
    }
    methods->Proceed();
  }

 private:
  MethodSeries& series_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  /// A call that ends without our status was cancelled.
  int code_ = grpc::StatusCode::CANCELLED;
};

}  // namespace

MethodSeries::MethodSeries(Metrics& metrics, std::string method)
    : metrics_(metrics),
      method_(std::move(method)),
      started_(metrics.counter("grpc_server_call_started_total", "Calls begun.", {{"grpc_method", method_}})),
      in_flight_(metrics.gauge("keel_grpc_in_flight_calls", "Calls not yet ended.", {{"grpc_method", method_}})) {}

void MethodSeries::started() {
  started_.add();
  in_flight_.add(1);
}

void MethodSeries::ended(int code, double seconds) {
  in_flight_.add(-1);
  const auto index = static_cast<std::size_t>(code) < code_names.size() ? static_cast<std::size_t>(code) : 2;
  Histogram durations = durations_[index].load(std::memory_order_relaxed);
  if (!durations) {
    durations = metrics_.histogram("grpc_server_call_duration_seconds", "From the call's begin to its end.",
                                   latency_buckets(), {{"grpc_method", method_}, {"grpc_status", code_names[index]}});
    durations_[index].store(durations, std::memory_order_relaxed);
  }
  durations.observe(seconds);
}

CallMetrics::CallMetrics(Metrics& metrics) : metrics_(metrics), other_(metrics, "other") {}

grpc::experimental::Interceptor* CallMetrics::CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) {
  return new CallWatch(series_of(info->method()));
}

MethodSeries& CallMetrics::series_of(std::string_view path) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = by_path_.find(path); found != by_path_.end()) return *found->second;
  }
  if (!is_known(path)) return other_;
  const std::lock_guard lock(mutex_);
  auto& series = by_path_[std::string(path)];
  if (series == nullptr) series = std::make_unique<MethodSeries>(metrics_, std::string(path.substr(1)));
  return *series;
}

}  // namespace keel::ops

#include "ops/grpc_metrics.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace keel::ops {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

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
  explicit CallWatch(CallSeries& series) : series_(series) { series_.started(); }
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
  CallSeries& series_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  /// A call that ends without our status was cancelled.
  int code_ = grpc::StatusCode::CANCELLED;
};

}  // namespace

CallMetrics::CallMetrics(Metrics& metrics, std::set<std::string, std::less<>> measured_elsewhere)
    : metrics_(metrics), measured_elsewhere_(std::move(measured_elsewhere)), other_(metrics, "other") {}

grpc::experimental::Interceptor* CallMetrics::CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) {
  if (measured_elsewhere_.contains(std::string_view(info->method()))) return nullptr;
  return new CallWatch(series_of(info->method()));
}

CallSeries& CallMetrics::series_of(std::string_view path) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = by_path_.find(path); found != by_path_.end()) return *found->second;
  }
  if (!is_known(path)) return other_;
  const std::lock_guard lock(mutex_);
  auto& series = by_path_[std::string(path)];
  if (series == nullptr) series = std::make_unique<CallSeries>(metrics_, std::string(path.substr(1)));
  return *series;
}

}  // namespace keel::ops

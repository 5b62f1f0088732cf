#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <string>

#include "ops/call_series.hpp"

namespace keel::ops {

/// Watches every call of a server, those of health, reflection and of methods that nobody serves too, but not those
/// of `measured_elsewhere`.
class CallMetrics final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  CallMetrics(Metrics& metrics, std::set<std::string, std::less<>> measured_elsewhere);
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  CallSeries& series_of(std::string_view path);

  Metrics& metrics_;
  const std::set<std::string, std::less<>> measured_elsewhere_;
  CallSeries other_;
  std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<CallSeries>, std::less<>> by_path_;
};

}  // namespace keel::ops

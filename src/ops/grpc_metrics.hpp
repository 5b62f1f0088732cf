#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

#include "ops/metrics.hpp"

namespace keel::ops {

/// The series of one gRPC method. Names and buckets: gRPC proposal A66.
class MethodSeries {
 public:
  MethodSeries(Metrics& metrics, std::string method);
  void started();
  void ended(int code, double seconds);

 private:
  Metrics& metrics_;
  const std::string method_;
  const Counter started_;
  const Gauge in_flight_;
  std::array<std::atomic<Histogram>, 17> durations_;
};

/// Watches every call of a server, those of health, reflection and of methods that nobody serves too.
class CallMetrics final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallMetrics(Metrics& metrics);
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  MethodSeries& series_of(std::string_view path);

  Metrics& metrics_;
  MethodSeries other_;
  std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<MethodSeries>, std::less<>> by_path_;
};

}  // namespace keel::ops

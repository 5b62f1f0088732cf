#include "ops/call_series.hpp"

namespace keel::ops {
namespace {

constexpr std::array<const char*, 17> code_names = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

}  // namespace

CallSeries::CallSeries(Metrics& metrics, std::string method)
    : metrics_(metrics),
      method_(std::move(method)),
      started_(metrics.counter("grpc_server_call_started_total", "Calls begun.", {{"grpc_method", method_}})),
      in_flight_(metrics.gauge("keel_grpc_in_flight_calls", "Calls not yet ended.", {{"grpc_method", method_}})) {}

void CallSeries::started() {
  started_.add();
  in_flight_.add(1);
}

void CallSeries::ended(int code, double seconds) {
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

}  // namespace keel::ops

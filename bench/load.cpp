#include "bench/load.hpp"

#include <future>
#include <thread>

#include "bench/channels.hpp"
#include "bench/driver.hpp"

namespace keel::bench {
namespace {

/// The channels of one thread: all are spread over the threads, and each thread has one at least.
std::vector<std::shared_ptr<grpc::Channel>> share_of(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
                                                     int threads, int thread) {
  if (static_cast<int>(channels.size()) < threads) return channels;
  std::vector<std::shared_ptr<grpc::Channel>> mine;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (static_cast<int>(i) % threads == thread) mine.push_back(channels[i]);
  }
  return mine;
}

}  // namespace

void Outcome::count(const Answer& answer) {
  if (!answer.ok) {
    ++failed[answer.failure];
    return;
  }
  ++answered;
  latency.record(answer.took.count());
}

void Outcome::merge(const Outcome& other) {
  seconds = other.seconds;
  answered += other.answered;
  latency.merge(other.latency);
  for (const auto& [status, count] : other.failed) failed[status] += count;
}

Outcome press(const Pressure& pressure, const MakeWorkload& make_workload) {
  const auto channels = connect(pressure);
  std::vector<std::unique_ptr<Workload>> workloads;
  for (int i = 0; i < pressure.threads; ++i) workloads.push_back(make_workload(i));
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::future<Outcome>> parts;
  for (int i = 0; i < pressure.threads; ++i) {
    parts.push_back(std::async(std::launch::async, [&, i] {
      return Driver(pressure, share_of(channels, pressure.threads, i),
                    std::move(workloads[static_cast<std::size_t>(i)]), i, start)
          .run();
    }));
  }
  std::this_thread::sleep_until(start + pressure.warm_up);
  pressure.on_begin();
  std::this_thread::sleep_until(start + pressure.warm_up + pressure.measured);
  pressure.on_end();
  Outcome whole;
  for (auto& part : parts) whole.merge(part.get());
  return whole;
}

}  // namespace keel::bench

#include "bench/stream_driver.hpp"

#include <grpcpp/grpcpp.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "bench/channels.hpp"
#include "bench/command_stream.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

/// Polls until every stream has come to its end.
Outcome drive(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
              StreamedCommands& commands, StreamWindow window) {
  Outcome outcome;
  grpc::CompletionQueue queue;
  const auto each = static_cast<std::size_t>(pressure.in_flight) / channels.size();
  std::vector<std::unique_ptr<CommandStream>> streams;
  for (const auto& channel : channels) {
    streams.push_back(std::make_unique<CommandStream>(channel, queue, each, commands, window, outcome));
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t open = streams.size(); open > 0 && queue.Next(&tag, &ok);) {
    const auto& told = *static_cast<CommandStream::Tag*>(tag);
    if (!told.stream->take(told.step, ok)) --open;
  }
  queue.Shutdown();  // a write may still be told after its stream's end
  while (queue.Next(&tag, &ok)) continue;
  for (const auto& stream : streams) {
    if (!stream->status().ok()) throw std::runtime_error("a stream ended with " + stream->status().error_message());
  }
  outcome.seconds = std::chrono::duration<double>(pressure.measured).count();
  return outcome;
}

}  // namespace

Outcome press_streams(const Pressure& pressure, StreamedCommands& commands) {
  const auto channels = connect(pressure);
  const auto start = steady_clock::now();
  const StreamWindow window{start + pressure.warm_up, start + pressure.warm_up + pressure.measured};
  auto whole = std::async(std::launch::async, [&] { return drive(pressure, channels, commands, window); });
  std::this_thread::sleep_until(window.begin);
  pressure.on_begin();
  std::this_thread::sleep_until(window.end);
  pressure.on_end();
  return whole.get();
}

}  // namespace keel::bench

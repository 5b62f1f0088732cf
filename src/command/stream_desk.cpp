#include "command/stream_desk.hpp"

#include <string>
#include <utility>
#include <vector>

#include "command/stream_call.hpp"

namespace keel::command {
namespace {

ops::Histogram items_in_message(ops::Metrics& metrics, const char* direction) {
  return metrics.histogram("keel_stream_message_items", "Commands of a message read, results of a message written.",
                           ops::count_buckets(), {{"direction", direction}});
}

}  // namespace

StreamSeries::StreamSeries(ops::Metrics& metrics)
    : calls(metrics, std::string(stream_method)),
      seconds(metrics.histogram("keel_stream_command_seconds",
                                "From when a command was read from its stream to its answer.", ops::latency_buckets())),
      commands_in_message(items_in_message(metrics, "read")),
      results_in_message(items_in_message(metrics, "written")),
      unknown(metrics.counter("keel_commands_total", "Commands answered, by what became of them.",
                              {{"context", "unknown"}, {"command", "unknown"}, {"outcome", "invalid"}})) {}

void OpenStreams::add(const std::shared_ptr<StreamCall>& stream) {
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    streams_.emplace(stream.get(), stream);
    stopping = stopping_;
  }
  if (stopping) stream->stop();
}

void OpenStreams::remove(const StreamCall& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(&stream);
}

/// Outside of the lock: a stream that ends takes itself out.
void OpenStreams::stop() {
  std::vector<std::shared_ptr<StreamCall>> open;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [key, stream] : streams_) open.push_back(stream.lock());
  }
  for (const auto& stream : open) {
    if (stream) stream->stop();
  }
}

StreamDesk::StreamDesk(actors::CommandPort& to, EdgeOptions edge_options, const StreamOptions& stream_options,
                       ops::Metrics& metrics)
    : engine(to), edge(std::move(edge_options)), options(stream_options), series(metrics) {}

}  // namespace keel::command

#include "ops/history_stream.hpp"

#include <chrono>
#include <utility>

#include "ops/operator_status.hpp"
#include "ops/supervision_wire.hpp"

namespace keel::ops {
namespace {

constexpr std::size_t events_per_message = 256;
constexpr std::size_t most_streams = 64;

}  // namespace

std::shared_ptr<HistoryStream> HistoryStream::make(SupervisionRegistry& registry, std::uint64_t after) {
  return held(std::unique_ptr<HistoryStream>(new HistoryStream(registry, after)));
}

std::shared_ptr<HistoryStream> HistoryStream::begin(SupervisionRegistry& registry, std::uint64_t after) {
  auto stream = make(registry, after);
  registry.listen(stream);
  stream->look();
  return stream;
}

std::shared_ptr<HistoryStream> HistoryStream::refuse(SupervisionRegistry& registry, const grpc::Status& status) {
  auto stream = make(registry, 0);
  stream->end(status);
  return stream;
}

/// Under our mutex it takes the registry's; nobody takes them the other way round.
bool HistoryStream::read_on(v1::WatchSupervisionEventsResponse& message) {
  message.clear_events();
  for (const SupervisionEvent& event : registry_.history(after_, events_per_message)) {
    write(event, *message.add_events());
    after_ = event.sequence;
  }
  return message.events_size() > 0;
}

std::shared_ptr<HistoryStream> HistoryStreams::open(std::uint64_t after) {
  const std::lock_guard lock(mutex_);
  if (ended_) return HistoryStream::refuse(registry_, stream_stops());
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  if (streams_.size() >= most_streams) return HistoryStream::refuse(registry_, too_many_watchers("watch the history"));
  auto stream = HistoryStream::begin(registry_, after);
  streams_.push_back(stream);
  return stream;
}

void HistoryStreams::end() {
  std::vector<std::weak_ptr<HistoryStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    streams.swap(streams_);
  }
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) stream->end(stream_stops());
  }
}

}  // namespace keel::ops

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
  std::shared_ptr<HistoryStream> stream(new HistoryStream(registry, after));
  stream->self_ = stream;
  return stream;
}

std::shared_ptr<HistoryStream> HistoryStream::begin(SupervisionRegistry& registry, std::uint64_t after) {
  auto stream = make(registry, after);
  registry.listen(stream);
  stream->history_grew();
  return stream;
}

std::shared_ptr<HistoryStream> HistoryStream::refuse(SupervisionRegistry& registry, const grpc::Status& status) {
  auto stream = make(registry, 0);
  stream->end(status);
  return stream;
}

void HistoryStream::end(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  if (!end_) end_ = status;
  go_on(std::move(lock));
}

void HistoryStream::history_grew() noexcept { go_on(std::unique_lock(mutex_)); }

/// Sends what is next, or ends. gRPC may call back on this very thread, so nothing is started under the lock.
void HistoryStream::go_on(std::unique_lock<std::mutex> lock) {
  if (writing_ || finished_) return;
  if (end_) {
    finished_ = true;
    const grpc::Status status = *end_;
    lock.unlock();
    return Finish(status);
  }
  writing_ = read_on();
  if (!writing_) return;
  lock.unlock();
  StartWrite(&message_);
}

/// Under our mutex it takes the registry's; nobody takes them the other way round.
bool HistoryStream::read_on() {
  message_.clear_events();
  for (const SupervisionEvent& event : registry_.history(after_, events_per_message)) {
    write(event, *message_.add_events());
    after_ = event.sequence;
  }
  return message_.events_size() > 0;
}

void HistoryStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  if (!ok && !end_) end_ = grpc::Status::CANCELLED;
  go_on(std::move(lock));
}

void HistoryStream::OnCancel() { end(grpc::Status::CANCELLED); }

void HistoryStream::OnDone() {
  std::shared_ptr<HistoryStream> last;
  const std::lock_guard lock(mutex_);
  last = std::move(self_);
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

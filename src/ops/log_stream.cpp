#include "ops/log_stream.hpp"

#include <chrono>
#include <utility>

#include "ops/operator_status.hpp"

namespace keel::ops {
namespace {

constexpr std::chrono::milliseconds look_every{200};
constexpr std::size_t lines_per_message = 200;
constexpr std::size_t most_streams = 16;

}  // namespace

std::shared_ptr<LogStream> LogStream::make(const log::Tail& tail, log::Level least, std::uint64_t place) {
  std::shared_ptr<LogStream> stream(new LogStream(tail, least, place));
  stream->self_ = stream;
  return stream;
}

std::shared_ptr<LogStream> LogStream::begin(const log::Tail& tail, log::Level least, std::size_t backlog) {
  auto stream = make(tail, least, tail.place_before(backlog, least));
  stream->look();
  return stream;
}

std::shared_ptr<LogStream> LogStream::refuse(const log::Tail& tail, const grpc::Status& status) {
  auto stream = make(tail, log::Level::error, 0);
  stream->end(status);
  return stream;
}

void LogStream::look() { go_on(std::unique_lock(mutex_)); }

void LogStream::end(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  if (!end_) end_ = status;
  go_on(std::move(lock));
}

/// Sends what is next, or ends. gRPC may call back on this very thread, so nothing is started under the lock.
void LogStream::go_on(std::unique_lock<std::mutex> lock) {
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

bool LogStream::read_on() {
  log::Tail::Taken taken = tail_.take(place_, least_, lines_per_message);
  place_ = taken.place;
  message_.Clear();
  message_.set_missed(static_cast<std::int64_t>(taken.missed));
  for (std::string& line : taken.lines) message_.add_lines(std::move(line));
  return taken.missed > 0 || message_.lines_size() > 0;
}

void LogStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  if (!ok && !end_) end_ = grpc::Status::CANCELLED;
  go_on(std::move(lock));
}

void LogStream::OnCancel() { end(grpc::Status::CANCELLED); }

void LogStream::OnDone() {
  std::shared_ptr<LogStream> last;
  const std::lock_guard lock(mutex_);
  last = std::move(self_);
}

LogStreams::~LogStreams() {
  end();
  if (looker_.joinable()) looker_.join();
}

std::shared_ptr<LogStream> LogStreams::open(log::Level least, std::size_t backlog) {
  const std::lock_guard lock(mutex_);
  if (ended_) return refuse(stream_stops());
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  if (streams_.size() >= most_streams) return refuse(too_many_watchers("follow the log"));
  auto stream = LogStream::begin(tail_, least, backlog);
  streams_.push_back(stream);
  if (!looker_.joinable()) looker_ = std::thread([this] { keep_looking(); });
  changed_.notify_all();
  return stream;
}

void LogStreams::end() {
  std::vector<std::shared_ptr<LogStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    streams = alive();
  }
  changed_.notify_all();
  for (const auto& stream : streams) stream->end(stream_stops());
}

std::vector<std::shared_ptr<LogStream>> LogStreams::alive() {
  std::vector<std::shared_ptr<LogStream>> streams;
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  for (const auto& weak : streams_) {
    if (auto stream = weak.lock()) streams.push_back(std::move(stream));
  }
  return streams;
}

void LogStreams::keep_looking() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const auto streams = alive();
    lock.unlock();
    for (const auto& stream : streams) stream->look();
    lock.lock();
    if (streams.empty()) {
      changed_.wait(lock, [this] { return ended_ || !streams_.empty(); });
    } else {
      changed_.wait_for(lock, look_every, [this] { return ended_; });
    }
  }
}

}  // namespace keel::ops

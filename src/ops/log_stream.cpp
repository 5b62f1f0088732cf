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
  return held(std::unique_ptr<LogStream>(new LogStream(tail, least, place)));
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

bool LogStream::read_on(v1::TailLogsResponse& message) {
  log::Tail::Taken taken = tail_.take(place_, least_, lines_per_message);
  place_ = taken.place;
  message.Clear();
  message.set_missed(static_cast<std::int64_t>(taken.missed));
  for (std::string& line : taken.lines) message.add_lines(std::move(line));
  return taken.missed > 0 || message.lines_size() > 0;
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

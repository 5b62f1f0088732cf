#include "query/watch_stream.hpp"

#include <utility>

namespace keel::query {

std::shared_ptr<WatchStream> WatchStream::make() {
  std::shared_ptr<WatchStream> stream(new WatchStream);
  stream->self_ = stream;
  return stream;
}

void WatchStream::offer(Position position, grpc::ByteBuffer message) {
  std::unique_lock lock(mutex_);
  if (end_ || position <= offered_) return;
  offered_ = position;
  next_ = std::move(message);
  go_on(lock);
}

void WatchStream::end(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  if (end_) return;
  end_ = status;
  go_on(lock);
}

void WatchStream::break_off(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  next_.reset();
  if (!end_) end_ = status;
  go_on(lock);
}

void WatchStream::hold(std::shared_ptr<void> held) {
  const std::lock_guard lock(mutex_);
  if (!finished_) held_.push_back(std::move(held));
}

bool WatchStream::over() const {
  const std::lock_guard lock(mutex_);
  return end_.has_value();
}

/// Sends what is next, or ends. gRPC may call back on this very thread, so nothing is started under the lock.
void WatchStream::go_on(std::unique_lock<std::mutex>& lock) {
  if (writing_ || finished_) return;
  if (next_) {
    writing_ = true;
    sending_ = *std::exchange(next_, std::nullopt);
    lock.unlock();
    StartWrite(&sending_);
    return;
  }
  if (!end_) return;
  finished_ = true;
  const grpc::Status status = *end_;
  lock.unlock();
  Finish(status);
}

void WatchStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  if (!ok) {
    next_.reset();
    if (!end_) end_ = grpc::Status::CANCELLED;
  }
  go_on(lock);
}

void WatchStream::OnCancel() { break_off(grpc::Status::CANCELLED); }

void WatchStream::OnDone() {
  std::vector<std::shared_ptr<void>> held;
  std::shared_ptr<WatchStream> last;
  const std::lock_guard lock(mutex_);
  held.swap(held_);
  last = std::move(self_);
}

}  // namespace keel::query

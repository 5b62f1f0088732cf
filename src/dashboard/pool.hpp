#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace keel::dashboard {

/// Sessions on a database that requests share: one is taken for as long as it is used by one thread, and kept for the
/// next unless it broke. Any thread.
template <class Session>
class Pool {
 public:
  using Open = std::function<Result<std::unique_ptr<Session>>()>;

  /// At most `idle` sessions are kept open.
  Pool(Open open, std::size_t idle) : open_(std::move(open)), idle_(idle) {}

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
    ~Lease() {
      if (session_) pool_->give_back(std::move(session_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;

    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Session> session_;
  };

  Result<Lease> take() {
    if (auto kept = take_kept()) return Lease(*this, std::move(kept));
    auto opened = open_();
    if (!opened) return opened.fault();
    return Lease(*this, *std::move(opened));
  }

 private:
  std::unique_ptr<Session> take_kept() {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) return nullptr;
    auto session = std::move(kept_.back());
    kept_.pop_back();
    return session;
  }

  void give_back(std::unique_ptr<Session> session) {
    if (!session->usable()) return;
    const std::lock_guard lock(mutex_);
    if (kept_.size() < idle_) kept_.push_back(std::move(session));
  }

  const Open open_;
  const std::size_t idle_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> kept_;
};

}  // namespace keel::dashboard

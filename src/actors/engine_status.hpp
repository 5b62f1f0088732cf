#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "actors/engine_state.hpp"

namespace keel::actors {

/// The engine's state, told by the guardian, asked by everybody. Any thread.
class EngineStatus {
 public:
  using OnChange = std::function<void(const EngineState&)>;
  using Stage = EngineState::Stage;

  explicit EngineStatus(OnChange on_change) : on_change_(std::move(on_change)) {}

  /// One load: for every call.
  Stage stage() const { return stage_.load(std::memory_order_acquire); }
  EngineState state() const;
  void change(EngineState state);
  /// Only while the present stage is this one; the rest of the state stays.
  void explain(Stage stage, std::string why);
  bool wait_for(Stage stage, std::chrono::milliseconds limit) const;
  /// Everything that was on its way was answered, and the lanes were given back.
  void settle(bool clean) { clean_.store(clean, std::memory_order_release); }
  bool clean() const { return clean_.load(std::memory_order_acquire); }

 private:
  void tell(std::unique_lock<std::mutex> lock, EngineState told);

  const OnChange on_change_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  EngineState state_;
  std::atomic<Stage> stage_{Stage::made};
  std::atomic<bool> clean_{false};
};

}  // namespace keel::actors

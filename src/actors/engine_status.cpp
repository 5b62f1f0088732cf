#include "actors/engine_status.hpp"

#include <stdexcept>

namespace keel::actors {

std::string_view name_of(EngineState::Stage stage) {
  switch (stage) {
    case EngineState::Stage::made:
      return "made";
    case EngineState::Stage::standby:
      return "standby";
    case EngineState::Stage::owning:
      return "owning";
    case EngineState::Stage::stopping:
      return "stopping";
    case EngineState::Stage::stopped:
      return "stopped";
    case EngineState::Stage::failed:
      return "failed";
  }
  throw std::logic_error("a stage without a name");
}

EngineState EngineStatus::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void EngineStatus::change(EngineState state) {
  std::unique_lock lock(mutex_);
  state_ = std::move(state);
  stage_.store(state_.stage, std::memory_order_release);
  tell(std::move(lock), state_);
}

void EngineStatus::explain(Stage stage, std::string why) {
  std::unique_lock lock(mutex_);
  if (state_.stage != stage || state_.why == why) return;
  state_.why = std::move(why);
  tell(std::move(lock), state_);
}

void EngineStatus::tell(std::unique_lock<std::mutex> lock, EngineState told) {
  lock.unlock();
  changed_.notify_all();
  if (on_change_) on_change_(told);
}

bool EngineStatus::wait_for(Stage stage, std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return state_.stage == stage; });
}

}  // namespace keel::actors

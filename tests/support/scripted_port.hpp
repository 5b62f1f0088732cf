#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/call.hpp"

namespace keel::test {

/// Stands for the engine: keeps what was submitted, and answers as a test says, at once or later.
class ScriptedPort final : public actors::CommandPort {
 public:
  struct Submitted {
    std::string aggregate_id;
    Uuid request_id;
    std::string caller;
    journal::Fingerprint fingerprint{};
    Timestamp deadline;
    std::string metadata;
    std::optional<Version> expected_version;
    std::string type;
  };
  /// The answer to give at once; nothing keeps the call until `answer`.
  using Judge = std::function<std::optional<actors::Answer>(const Submitted&)>;

  static std::optional<actors::Answer> accept(const Submitted&) { return actors::Accepted{}; }
  static std::optional<actors::Answer> keep(const Submitted&) { return std::nullopt; }

  void judge(Judge judge) {
    const std::lock_guard lock(mutex_);
    judge_ = std::move(judge);
  }

  void submit(actors::Call call) override {
    Submitted seen{call.aggregate_id, call.request_id, call.caller,           call.fingerprint,
                   call.deadline,     call.metadata,   call.expected_version, call.command->GetTypeName()};
    std::unique_lock lock(mutex_);
    const Judge judge = judge_;
    submitted_.push_back(seen);
    replies_.emplace_back();
    const std::size_t index = replies_.size() - 1;
    auto answer = judge ? judge(seen) : accept(seen);
    if (!answer) replies_[index] = std::move(call.reply);
    changed_.notify_all();
    lock.unlock();
    if (answer) call.reply.answer(*std::move(answer));
  }

  /// Answers the n-th submitted call, from 0. It must have been kept.
  void answer(std::size_t index, actors::Answer answer) {
    std::unique_lock lock(mutex_);
    actors::Reply reply = std::move(replies_.at(index));
    lock.unlock();
    reply.answer(std::move(answer));
  }

  bool wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return submitted_.size() >= count; });
  }
  std::vector<Submitted> submitted() const {
    const std::lock_guard lock(mutex_);
    return submitted_;
  }
  /// Ids of the aggregates that commands went to, in order.
  std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (const auto& each : submitted()) targets.push_back(each.aggregate_id);
    return targets;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Judge judge_;
  std::vector<Submitted> submitted_;
  std::vector<actors::Reply> replies_;
};

}  // namespace keel::test

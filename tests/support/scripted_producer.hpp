#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/producer.hpp"

namespace keel::test {

/// A broker by a script: what was handed over to any of its producers, and what a test lets become of it.
class ScriptedBroker : public std::enable_shared_from_this<ScriptedBroker> {
 public:
  struct Sent {
    int producer = 0;
    std::int32_t partition = 0;
    std::int64_t position = 0;
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers;
  };

  /// Says what becomes of a message: acknowledged, failed with a reason, or nothing yet.
  enum class Fate { acknowledge, fail, keep };
  using Judge = std::function<Fate(const Sent&)>;

  /// Everything from now on is judged like this.
  void judge(Judge judge) {
    const std::lock_guard lock(mutex_);
    judge_ = std::move(judge);
  }
  /// What is kept is reported now, in the order that is given by the positions.
  void report(std::int32_t partition, std::int64_t position, bool acknowledged) {
    const std::lock_guard lock(mutex_);
    reports_.push_back({partition, static_cast<std::uint64_t>(position), acknowledged ? "" : "scripted failure"});
    changed_.notify_all();
  }
  /// The next producers cannot be built.
  void refuse_to_open(int times) {
    const std::lock_guard lock(mutex_);
    refusals_ = times;
  }
  /// The present producer is of no more use.
  void break_producer(std::string why) {
    const std::lock_guard lock(mutex_);
    failure_ = Fault{Fault::Outcome::unknown, std::move(why)};
    changed_.notify_all();
  }

  std::vector<Sent> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  std::vector<std::int64_t> positions(std::int32_t partition) const {
    std::vector<std::int64_t> positions;
    for (const auto& each : sent()) {
      if (each.partition == partition) positions.push_back(each.position);
    }
    return positions;
  }
  bool wait_for_sent(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return sent_.size() >= count; });
  }
  int producers() const {
    const std::lock_guard lock(mutex_);
    return producers_;
  }

  kafka::OpenProducer opener() {
    return [broker = shared_from_this()]() -> Result<std::unique_ptr<kafka::Producer>> {
      const std::lock_guard lock(broker->mutex_);
      if (broker->refusals_ > 0) {
        --broker->refusals_;
        return Fault{.what = "no broker"};
      }
      broker->failure_.reset();
      broker->reports_.clear();
      return std::unique_ptr<kafka::Producer>(std::make_unique<Producer>(broker, ++broker->producers_));
    };
  }

 private:
  class Producer final : public kafka::Producer {
   public:
    Producer(std::shared_ptr<ScriptedBroker> broker, int number) : broker_(std::move(broker)), number_(number) {}

    Result<Queued> produce(std::int32_t partition, const kafka::Outgoing& message, std::uint64_t tag) override {
      const std::lock_guard lock(broker_->mutex_);
      Sent sent{
          number_, partition, static_cast<std::int64_t>(tag), std::string(message.key), std::string(message.value), {}};
      for (const auto& [name, value] : message.headers) sent.headers[std::string(name)] = value;
      const Fate fate = broker_->judge_ ? broker_->judge_(sent) : Fate::acknowledge;
      if (fate == Fate::acknowledge) broker_->reports_.push_back({partition, tag, ""});
      if (fate == Fate::fail) broker_->reports_.push_back({partition, tag, "scripted failure"});
      broker_->sent_.push_back(std::move(sent));
      broker_->changed_.notify_all();
      return Queued::yes;
    }

    std::span<const kafka::Delivery> poll(std::chrono::milliseconds timeout) override {
      std::unique_lock lock(broker_->mutex_);
      broker_->changed_.wait_for(lock, timeout, [&] { return !broker_->reports_.empty(); });
      taken_.assign(broker_->reports_.begin(), broker_->reports_.end());
      broker_->reports_.clear();
      return taken_;
    }

    std::optional<Fault> failure() override {
      const std::lock_guard lock(broker_->mutex_);
      return broker_->failure_;
    }

   private:
    std::shared_ptr<ScriptedBroker> broker_;
    int number_;
    std::vector<kafka::Delivery> taken_;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Judge judge_;
  std::deque<kafka::Delivery> reports_;
  std::vector<Sent> sent_;
  std::optional<Fault> failure_;
  int refusals_ = 0;
  int producers_ = 0;
};

}  // namespace keel::test

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/event_message.hpp"

namespace keel::test {

/// Reads a topic of events from its very beginning, as a stranger would who knows only the rule: remember the last
/// position per lane, apply last + 1, ignore all else.
class TopicReader {
 public:
  TopicReader(const kafka::ClientOptions& client, const std::string& context, std::int32_t lanes)
      : last_(static_cast<std::size_t>(lanes)) {
    auto opened = kafka::open_consumer({.client = client, .group = "topic-reader"});
    if (!opened) throw std::runtime_error(opened.fault().what);
    consumer_ = *std::move(opened);
    std::vector<kafka::Place> places;
    for (std::int32_t lane = 0; lane < lanes; ++lane) places.push_back({kafka::topic_of(context), lane, 0});
    if (const auto assigned = consumer_->assign(places); !assigned) throw std::runtime_error(assigned.fault().what);
  }

  /// Reads on until every lane was seen up to these positions. False when they do not come in time.
  bool reads_to(const std::vector<std::int64_t>& positions, std::chrono::seconds limit = std::chrono::seconds(60)) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    while (!reached(positions)) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      read_once();
    }
    return true;
  }

  /// Messages that were not the next of their lane: repeats and such as came early.
  std::size_t ignored() const { return ignored_; }
  std::size_t messages() const { return messages_; }
  /// Payloads in the order of application, of one lane.
  const std::vector<std::string>& applied(std::int32_t lane) { return applied_[lane]; }
  /// Every incarnation that was seen.
  const std::map<Uuid, std::size_t>& incarnations() const { return incarnations_; }

 private:
  bool reached(const std::vector<std::int64_t>& positions) const {
    for (std::size_t lane = 0; lane < positions.size(); ++lane) {
      if (last_[lane] < positions[lane]) return false;
    }
    return true;
  }

  void read_once() {
    const auto fetched = consumer_->poll(std::chrono::milliseconds(100), 10'000);
    if (!fetched) throw std::runtime_error(fetched.fault().what);
    for (const auto& message : fetched->messages) {
      const auto event = kafka::decode_event(message);
      if (!event) throw std::runtime_error(event.fault().what);
      ++messages_;
      ++incarnations_[event->incarnation];
      auto& last = last_.at(static_cast<std::size_t>(event->lane.value));
      if (event->position.value != last + 1) {
        ++ignored_;
        continue;
      }
      last = event->position.value;
      applied_[event->lane.value].emplace_back(event->payload);
    }
  }

  std::unique_ptr<kafka::Consumer> consumer_;
  std::vector<std::int64_t> last_;
  std::size_t messages_ = 0;
  std::size_t ignored_ = 0;
  std::map<std::int32_t, std::vector<std::string>> applied_;
  std::map<Uuid, std::size_t> incarnations_;
};

}  // namespace keel::test

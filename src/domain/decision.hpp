#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/uuid.hpp"

namespace keel::domain {

using google::protobuf::Message;

/// What the edge lays beside a command, because rules read no clock and make no ids: the same command with the same
/// stamp on the same state always decides the same.
struct Stamp {
  Timestamp now;
  Uuid fresh_id;
};

/// The domain said no. A value and an ordinary answer, never an exception; nothing is written.
struct Refusal {
  /// UPPER_SNAKE, at most 63 characters: `ErrorInfo.reason`.
  std::string reason;
  /// For people. Every variable part of it is in `metadata` too.
  std::string message;
  std::map<std::string, std::string> metadata;
};

/// What a rule made of a command: events (none of them: accepted, nothing to do) or a refusal.
class Decision {
 public:
  struct Accepted {
    std::vector<std::unique_ptr<Message>> events;
    /// The response's own fields beside version and token, serialised; stored in the receipt.
    std::string reply;
  };

  /// Accepts with these events, in this order. They are stored together or not at all.
  template <class... Events>
  static Decision events(Events&&... events) {
    Accepted accepted;
    accepted.events.reserve(sizeof...(events));
    (accepted.events.push_back(std::make_unique<std::decay_t<Events>>(std::forward<Events>(events))), ...);
    return Decision(std::move(accepted));
  }

  /// Adds an event to an acceptance.
  template <class Event>
  void add(Event&& event) {
    std::get<Accepted>(content_).events.push_back(std::make_unique<std::decay_t<Event>>(std::forward<Event>(event)));
  }

  /// What the client gets beside version and token: the response message with those two left empty.
  Decision replying(const Message& response) && {
    std::get<Accepted>(content_).reply = response.SerializeAsString();
    return std::move(*this);
  }

  Decision(Refusal refusal) : content_(std::move(refusal)) {}  // NOLINT(google-explicit-constructor)

  bool accepted() const { return std::holds_alternative<Accepted>(content_); }
  const Accepted& acceptance() const { return std::get<Accepted>(content_); }
  Accepted& acceptance() { return std::get<Accepted>(content_); }
  const Refusal& refusal() const { return std::get<Refusal>(content_); }

 private:
  explicit Decision(Accepted accepted) : content_(std::move(accepted)) {}
  std::variant<Accepted, Refusal> content_;
};

inline Refusal refuse(std::string reason, std::string message, std::map<std::string, std::string> metadata = {}) {
  return Refusal{std::move(reason), std::move(message), std::move(metadata)};
}

/// What is wrong with the shape of a command, field by field: `BadRequest.field_violations`.
class Violations {
 public:
  struct Violation {
    std::string field;
    std::string description;
  };

  void add(std::string field, std::string description) { list_.push_back({std::move(field), std::move(description)}); }
  bool empty() const { return list_.empty(); }
  const std::vector<Violation>& list() const { return list_; }

 private:
  std::vector<Violation> list_;
};

}  // namespace keel::domain

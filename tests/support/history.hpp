#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/token.hpp"
#include "domain/aggregate.hpp"
#include "journal/journal.hpp"
#include "kafka/event_message.hpp"

namespace keel::test {

/// Fills a journal by commands: decides them on states of its own and stores the events as the lanes' owner.
class History {
 public:
  /// Takes the lanes of every context.
  History(std::unique_ptr<journal::Journal> session, std::vector<std::string> contexts);

  /// Decides and stores; throws when the command is refused. The token stands for the last event.
  Token does(const domain::AggregateKind& kind, const std::string& id, const domain::Message& command);
  template <domain::Aggregate A>
  Token does(const std::string& id, const domain::Message& command) {
    return does(domain::kind_of<A>(), id, command);
  }
  /// Stores one event with these bytes, whatever they are.
  Token happens(const domain::AggregateKind& kind, const std::string& id, std::string type, std::string payload);

  /// What is stored from now on belongs to this trace.
  void trace(const std::string& traceparent);

  const Uuid& incarnation() const { return identity_.incarnation; }
  std::int32_t lane_count() const { return identity_.lane_count; }
  /// The events of a lane after a position, as the journal has them.
  std::vector<journal::RecordedEvent> events(const std::string& context, Lane lane, Position after = {}) const;
  /// The state of an aggregate; null when it never did anything.
  const domain::Message* state(const AggregateRef& aggregate) const;

 private:
  struct Known {
    std::unique_ptr<domain::Message> state;
    Version version;
  };
  Token store(const domain::AggregateKind& kind, const std::string& id, std::vector<journal::NewEvent> events);

  std::unique_ptr<journal::Journal> session_;
  journal::Identity identity_;
  journal::Owner owner_;
  std::map<std::string, std::vector<journal::HeldLane>> held_;
  std::map<AggregateRef, Known> known_;
  std::string metadata_;
};

/// The event as Kafka brings it; views into `event` and `context`.
kafka::EventMessage message_of(std::string_view context, const Uuid& incarnation, const journal::RecordedEvent& event);

}  // namespace keel::test

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "kafka/message.hpp"

namespace keel::kafka {

/// A journal event on its way through Kafka. Views: they live as long as what they were taken from.
///
/// The wire form is CloudEvents 1.0, Kafka binding, binary mode: value = the event's own protobuf bytes, key and
/// subject = `<aggregate type>/<id>`, and these headers (all text is UTF-8):
///
///     content-type      application/protobuf
///     ce_specversion    1.0
///     ce_id             <context>/<lane>/<position>
///     ce_source         /keel/<incarnation>
///     ce_type           the message's full name, e.g. keel.cart.v1.ItemAdded
///     ce_subject        Cart/<id>
///     ce_time           when it was recorded, RFC 3339, microseconds, Z
///     keel-position     place in the lane, decimal; the lane is the partition
///     keel-version      place in the aggregate, decimal
///     keel-incarnation  which journal, a UUID
///     traceparent       W3C trace context of the command; absent when it had none
///
/// The rule for every consumer: remember the last position per partition, **apply only last + 1, ignore all else**. A
/// message may come again, and after a failure a later one may come early and then again in its place. A message of
/// another incarnation is ignored. What stays missing is in the journal.
struct EventMessage {
  std::string_view context;
  Lane lane;
  Position position;
  Uuid incarnation;
  std::string_view aggregate_type;
  std::string_view aggregate_id;
  Version version;
  std::string_view type;
  std::string_view payload;
  std::string_view traceparent;
  Timestamp recorded_at;
};

/// Writes events of one context and incarnation in wire form, in buffers that it uses again and again.
class EventEncoder {
 public:
  EventEncoder(std::string context, const Uuid& incarnation);

  /// Valid until the next call. `event.context` and `event.incarnation` are the encoder's, not the event's.
  Outgoing encode(const EventMessage& event);

 private:
  std::string id_prefix_;
  std::string source_;
  std::string incarnation_;
  std::string id_;
  std::string subject_;
  std::string time_;
  std::string position_;
  std::string version_;
  std::vector<Header> headers_;
};

/// Reads the wire form. Views into the message.
/// Fault: a header is missing or malformed, or headers contradict one another or the partition; says which one.
Result<EventMessage> decode_event(const Message& message);

/// RFC 3339 with microseconds, `2026-11-21T06:12:00.000001Z`.
std::string rfc3339(Timestamp time);

}  // namespace keel::kafka

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/aggregate_ref.hpp"
#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "core/uuid.hpp"

namespace keel::journal {

/// SHA-256 of what a command is, without its request id (docs/protocol.md, "Answers").
using Fingerprint = std::array<std::uint8_t, 32>;

/// An event as it stands in the journal.
struct RecordedEvent {
  Lane lane;
  Position position;
  Epoch epoch;
  AggregateRef aggregate;
  Version version;
  /// Full name of the message, e.g. `keel.cart.v1.ItemAdded`.
  std::string type;
  std::string payload;
  /// `keel.type.v1.EventMetadata`, serialised.
  std::string metadata;
  Timestamp recorded_at;
  friend bool operator==(const RecordedEvent&, const RecordedEvent&) = default;
};

/// One that several hold: publisher and reactors follow the same lanes.
using StoredEvent = std::shared_ptr<const RecordedEvent>;

/// An event that is about to be stored.
struct NewEvent {
  std::string type;
  std::string payload;
};

/// What makes a repeated command harmless: id and fingerprint of an accepted command beside its reply.
struct Receipt {
  Lane lane;
  Uuid request_id;
  std::string caller;
  AggregateRef aggregate;
  Fingerprint fingerprint{};
  /// The aggregate's version after the command.
  Version version;
  /// Position of the command's last event; of the lane's last event when it made none.
  Position position;
  /// The response's own fields beside version and token, serialised.
  std::string reply;
};

/// An aggregate's state at a version: a cache, never the truth.
struct Snapshot {
  Version version;
  Position position;
  std::int64_t schema = 0;
  std::string state;
};

/// What one command leaves in the journal. Without receipt and events it only raises a snapshot (passivation).
struct Entry {
  Lane lane;
  AggregateRef aggregate;
  /// Version of the aggregate before this entry; the first event gets the next one.
  Version expected;
  /// Set on the first entry of an aggregate's incarnation: the journal then compares `expected` with what it has.
  bool check_version = false;
  std::vector<NewEvent> events;
  std::string metadata;
  struct Receipted {
    Uuid request_id;
    std::string caller;
    Fingerprint fingerprint{};
    std::string reply;
  };
  std::optional<Receipted> receipt;
  /// State after this entry, with its schema; stored by the append that stores that version.
  struct StateAfter {
    std::int64_t schema = 0;
    std::string state;
  };
  std::optional<StateAfter> snapshot;

  Version version_after() const { return expected.plus(static_cast<std::int64_t>(events.size())); }
};

/// A lane that a process owns: the proof of it, and where the lane ends.
struct HeldLane {
  Lane lane;
  Epoch epoch;
  /// Position of the lane's last event; 0 when it has none.
  Position last;
};

/// A durable alarm of a lane (docs/protocol.md, "Workflows and timers").
struct Timer {
  Lane lane;
  std::string key;
  Timestamp due_at;
  /// Full name and bytes of the command to send.
  std::string command_type;
  std::string command;
};

/// The one row that says which journal this is.
struct Identity {
  Uuid incarnation;
  /// PostgreSQL's own `system_identifier` and timeline when the journal was made or last adopted.
  std::string system_identifier;
  std::int32_t timeline = 0;
  std::int32_t lane_count = 0;
  /// Names the lane function, `fnv1a64`.
  std::string hash;
};

}  // namespace keel::journal

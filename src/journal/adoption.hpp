#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/quantities.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"

namespace keel::journal {

/// For the start of `keel command`: a fault when the journal's row names another server or timeline than the one that
/// it is on. That is a restore or a failover: the tail may be missing although it was acknowledged, published and
/// folded. The fault tells what differs and to run `keel journal adopt`.
Result<Done> check_identity(const std::string& dsn);

/// How far somebody outside the journal has seen a lane: a projection's checkpoint, the end of a topic's partition.
struct Seen {
  /// For people: `checkpoint cart_view`, `topic keel.cart.events.v1`.
  std::string by;
  std::string context;
  Lane lane;
  Position position;
  /// Of the journal that was seen. What belongs to another one than the present is no evidence.
  Uuid incarnation;
};

/// What was seen beyond the journal's end: proof that the tail is lost.
struct Ahead {
  Seen seen;
  Position head;
};

struct Adoption {
  Uuid before;
  Uuid after;
  std::vector<Ahead> ahead;

  /// Nothing is lost that anybody saw: projections and tokens stay good.
  bool kept() const { return before == after; }
};

/// Makes the journal this server's own: writes its system identifier and timeline into the journal's row. Keeps the
/// incarnation when nobody has seen more than the journal holds, else makes a new one; projections of the old one then
/// stop by themselves, until they are rebuilt. Refused while a process owns lanes.
///
/// Why does the caller bring what was seen? The read store may be another database, and topics are Kafka's.
Result<Adoption> adopt(const std::string& dsn, std::span<const Seen> seen);

}  // namespace keel::journal

#pragma once

#include <string_view>

#include "domain/aggregate.hpp"
#include "journal/records.hpp"

namespace keel::command {

/// SHA-256 over caller, method and command, each after its length (8 bytes, big-endian), so that no two triples run into
/// one another. The command is its deterministic serialisation without request id and unknown fields; the order of its
/// fields on the wire does not matter. Source: docs/protocol.md, "Answers".
///
/// `command_bytes` is what `canonical_bytes` made.
journal::Fingerprint fingerprint_of(std::string_view caller, std::string_view method, std::string_view command_bytes);

/// Takes the request id out for the moment and serialises the rest deterministically. The command must have no unknown
/// fields any more; it is unchanged afterwards.
std::string canonical_bytes(domain::Message& command);

}  // namespace keel::command

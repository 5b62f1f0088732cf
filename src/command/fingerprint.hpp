#pragma once

#include <string>
#include <string_view>

#include "actors/call.hpp"
#include "domain/aggregate.hpp"

namespace keel::command {

/// SHA-256 over caller, method and command, each after its length (8 bytes, big-endian), so that no two triples run
/// into one another. Source: docs/protocol.md, "Answers".
///
/// `method` is the rpc's path without the first slash, `command` what `canonical_bytes` made.
journal::Fingerprint fingerprint_of(std::string_view caller, std::string_view method, std::string_view command);

/// The command's deterministic serialisation without its request id: the order of its fields on the wire does not
/// matter. The command must have no unknown fields; it is unchanged afterwards.
std::string canonical_bytes(domain::Message& command, const google::protobuf::FieldDescriptor* request_id);

/// Forgets what this binary's schema does not know, at any depth, so that neither rules nor fingerprints depend on it.
void drop_unknown_fields(domain::Message& command);

}  // namespace keel::command

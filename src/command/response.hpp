#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <string_view>

#include "actors/call.hpp"
#include "core/uuid.hpp"

namespace keel::command {

/// The response's bytes: the reply's own fields, then version (field 1) and token (field 2), because concatenation
/// is merge in protobuf. One allocation. The same answer gives the same bytes.
grpc::ByteBuffer response_of(const actors::Accepted& accepted, std::string_view context, const Uuid& incarnation);

/// The same bytes in a string, whose memory is used again.
void write_response(const actors::Accepted& accepted, std::string_view context, const Uuid& incarnation,
                    std::string& bytes);

}  // namespace keel::command

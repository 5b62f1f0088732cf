#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

namespace keel::query {

/// Reads a message from what came over the wire. False when it is no such message, or has text that is no UTF-8.
/// Why raw buffers? gRPC answers what does not parse with a bare UNIMPLEMENTED, before any code of ours.
bool parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message);

grpc::ByteBuffer serialised(const google::protobuf::MessageLite& message);

}  // namespace keel::query

#include "query/raw_messages.hpp"

#include <grpcpp/impl/codegen/proto_utils.h>

namespace keel::query {

bool parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message) {
  grpc::ByteBuffer copy(buffer);  // shares the bytes; the reader wants a buffer of its own
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

grpc::ByteBuffer serialised(const google::protobuf::MessageLite& message) {
  const auto size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace keel::query

#include "command/response.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpc/slice.h>

#include <string>

#include "core/token.hpp"

namespace keel::command {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

constexpr int version_field = 1;
constexpr int token_field = 2;

std::size_t size_of(std::int64_t version, const std::string& token) {
  return 2 + WireFormatLite::Int64Size(version) + WireFormatLite::StringSize(token);
}

std::string token_of(const actors::Accepted& accepted, std::string_view context, const Uuid& incarnation) {
  return encode(Token{incarnation, std::string(context), accepted.lane, accepted.position});
}

void write(const actors::Accepted& accepted, const std::string& token, std::uint8_t* out) {
  out = CodedOutputStream::WriteRawToArray(accepted.reply.data(), static_cast<int>(accepted.reply.size()), out);
  out = WireFormatLite::WriteInt64ToArray(version_field, accepted.version.value, out);
  WireFormatLite::WriteStringToArray(token_field, token, out);
}

}  // namespace

grpc::ByteBuffer response_of(const actors::Accepted& accepted, std::string_view context, const Uuid& incarnation) {
  const std::string token = token_of(accepted, context, incarnation);
  grpc_slice memory = grpc_slice_malloc(accepted.reply.size() + size_of(accepted.version.value, token));
  write(accepted, token, GRPC_SLICE_START_PTR(memory));
  const grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
  return grpc::ByteBuffer(&slice, 1);
}

void write_response(const actors::Accepted& accepted, std::string_view context, const Uuid& incarnation,
                    std::string& bytes) {
  const std::string token = token_of(accepted, context, incarnation);
  bytes.resize(accepted.reply.size() + size_of(accepted.version.value, token));
  write(accepted, token, reinterpret_cast<std::uint8_t*>(bytes.data()));
}

}  // namespace keel::command

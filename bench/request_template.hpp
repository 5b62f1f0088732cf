#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class MessageLite;
}

namespace keel::bench {

/// A request's bytes with places that change from call to call: copying and patching costs a tenth of building and
/// serialising a message, and the load generator's CPU is part of every result.
class RequestTemplate {
 public:
  /// `places`: texts that stand in the message exactly once each. Throws std::logic_error when one does not.
  RequestTemplate(const google::protobuf::MessageLite& message, const std::vector<std::string>& places);

  std::size_t size() const { return bytes_.size(); }
  /// Writes `size()` bytes with these texts in the places, in the order of the constructor. Each has its place's
  /// length.
  void write(char* to, std::initializer_list<std::string_view> texts) const;
  grpc::ByteBuffer with(std::initializer_list<std::string_view> texts) const;

 private:
  struct Place {
    std::size_t offset;
    std::size_t length;
  };
  std::string bytes_;
  std::vector<Place> places_;
};

/// A message's bytes as gRPC takes them.
grpc::ByteBuffer bytes_of(const google::protobuf::MessageLite& message);

/// The bytes of a reply in one piece.
std::string text_of(const grpc::ByteBuffer& buffer);

/// A number as text of a fixed length, so that it fits a template's place: `digits` decimal digits.
class Numbered {
 public:
  Numbered(std::string prefix, int digits);
  /// The prefix and the number; valid until the next call.
  std::string_view with(std::uint64_t number);

 private:
  std::string text_;
  int digits_;
};

}  // namespace keel::bench

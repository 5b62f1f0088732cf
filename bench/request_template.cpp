#include "bench/request_template.hpp"

#include <google/protobuf/message_lite.h>

#include <cstring>
#include <stdexcept>

namespace keel::bench {

RequestTemplate::RequestTemplate(const google::protobuf::MessageLite& message, const std::vector<std::string>& places)
    : bytes_(message.SerializeAsString()) {
  for (const auto& text : places) {
    const auto offset = bytes_.find(text);
    if (text.empty() || offset == std::string::npos || bytes_.find(text, offset + 1) != std::string::npos) {
      throw std::logic_error("a place must stand in its message exactly once: '" + text + "'");
    }
    places_.push_back({offset, text.size()});
  }
}

void RequestTemplate::write(char* to, std::initializer_list<std::string_view> texts) const {
  if (texts.size() != places_.size()) throw std::logic_error("a template wants a text for every place");
  std::memcpy(to, bytes_.data(), bytes_.size());
  const Place* place = places_.data();
  for (const auto text : texts) {
    if (text.size() != place->length) throw std::logic_error("a text does not fit its place");
    std::memcpy(to + place->offset, text.data(), text.size());
    ++place;
  }
}

grpc::ByteBuffer RequestTemplate::with(std::initializer_list<std::string_view> texts) const {
  const grpc::Slice slice(bytes_.size());
  write(reinterpret_cast<char*>(const_cast<std::uint8_t*>(slice.begin())), texts);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer bytes_of(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

std::string text_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

Numbered::Numbered(std::string prefix, int digits) : text_(std::move(prefix)), digits_(digits) {
  text_.append(static_cast<std::size_t>(digits), '0');
}

std::string_view Numbered::with(std::uint64_t number) {
  for (std::size_t i = text_.size(), last = text_.size() - static_cast<std::size_t>(digits_); i-- > last;) {
    text_[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return text_;
}

}  // namespace keel::bench

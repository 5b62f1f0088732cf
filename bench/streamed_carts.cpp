#include <array>

#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"
#include "bench/stream_driver.hpp"
#include "bench/workloads/cart_requests.hpp"
#include "bench/workloads/carts.hpp"
#include "keel/commands/v1/stream.pb.h"

namespace keel::bench {
namespace {

/// Base 128, low bits first (protobuf's encoding of integers).
std::string varint(std::uint32_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7F));
  return bytes + static_cast<char>(value);
}

constexpr std::uint32_t any_index = first_index + 0x1B6D7;

/// A request with one item; several of them in a row are a request with several items.
template <class Command>
commands::v1::ExecuteRequest one_item(const Command& command) {
  commands::v1::ExecuteRequest request;
  auto& item = *request.add_items();
  item.set_index(any_index);
  item.mutable_command()->PackFrom(command);
  return request;
}

class StreamedCarts final : public StreamedCommands {
 public:
  StreamedCarts(const std::string& prefix, int carts)
      : cart_(prefix, cart_digits),
        add_(one_item(adding_to(any_cart())), {varint(any_index), any_cart(), any_request_id}),
        remove_(one_item(removing_from(any_cart())), {varint(any_index), any_cart(), any_request_id}),
        carts_(static_cast<std::uint64_t>(carts)) {}

  grpc::ByteBuffer next(const std::vector<std::uint32_t>& indexes) override {
    std::size_t size = 0;
    for (std::size_t i = 0; i < indexes.size(); ++i) size += turn(made_ + i).size();
    const grpc::Slice slice(size);
    char* to = reinterpret_cast<char*>(const_cast<std::uint8_t*>(slice.begin()));
    for (const std::uint32_t index : indexes) {
      const RequestTemplate& item = turn(made_);
      item.write(to, {varint(index), cart_.with(made_ % carts_), ids_.next()});
      to += item.size();
      ++made_;
    }
    return grpc::ByteBuffer(&slice, 1);
  }

 private:
  std::string any_cart() { return std::string(cart_.with(0)); }
  const RequestTemplate& turn(std::uint64_t number) const { return number / carts_ % 2 == 1 ? remove_ : add_; }

  Numbered cart_;
  RequestTemplate add_;
  RequestTemplate remove_;
  RequestIds ids_;
  std::uint64_t carts_;
  std::uint64_t made_ = 0;
};

}  // namespace

std::unique_ptr<StreamedCommands> streamed_carts(const std::string& prefix, int carts) {
  return std::make_unique<StreamedCarts>(prefix, carts);
}

}  // namespace keel::bench

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace keel::kafka {

struct Header {
  std::string_view name;
  std::string_view value;
};

/// One message as it came. Its views live as long as the `Fetched` (consumer.hpp) that brought it (and as long as a
/// copy of its `bytes`): nothing was copied out of the network buffers.
struct Message {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view key;
  std::string_view value;
  std::span<const Header> headers;
};

/// A message to be sent.
struct Outgoing {
  std::string_view key;
  std::string_view value;
  std::span<const Header> headers;
};

}  // namespace keel::kafka

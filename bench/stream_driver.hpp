#pragma once

#include <memory>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

/// Commands for the streaming rpc, in wire form.
class StreamedCommands {
 public:
  virtual ~StreamedCommands() = default;
  /// The next `count` commands as one `keel.commands.v1.ExecuteRequest`, with these indexes.
  virtual grpc::ByteBuffer next(const std::vector<std::uint32_t>& indexes) = 0;
};

/// Indexes begin here, so that all of them have the same length on the wire.
inline constexpr std::uint32_t first_index = 1U << 21;

/// AddItem and RemoveItem in turn over `carts` carts, as `spread_over_carts`.
std::unique_ptr<StreamedCommands> streamed_carts(const std::string& prefix, int carts);

/// Presses with one stream a channel, `in_flight` commands under way over all of them, closed loop, one thread. Blocks.
/// Throws std::runtime_error when a stream ends by itself.
Outcome press_streams(const Pressure& pressure, StreamedCommands& commands);

}  // namespace keel::bench

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keel::ops {

/// Where to listen: `127.0.0.1:9464`, `[::1]:9464`, `localhost:0`.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// Nothing when the text is not `host:port`.
std::optional<ListenAddress> parse_address(std::string_view text);

/// For operators: who could not listen where, why (asked of the system anew), and what to do.
std::string cannot_listen(std::string_view who, std::string_view address);

}  // namespace keel::ops

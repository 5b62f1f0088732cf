#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel::dashboard {

/// What a request's target says below the base path.
struct Target {
  /// Each part decoded by itself, so that `a%2Fb` is one of them. None for the base itself.
  std::vector<std::string> path;
  std::map<std::string, std::string, std::less<>> query;
};

/// Reads `/base/api/v1/tree?process=…` (RFC 3986; `+` in the query is a space). Nothing when it does not lie below
/// `base` (`""` or `/ops`), is no absolute path, is badly encoded, or is no UTF-8 without NUL once decoded.
std::optional<Target> parse_target(std::string_view target, std::string_view base);

/// `%2F` → `/`; nothing when a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// Which `Host` headers are taken. A page of another site that has its name point to this address (DNS rebinding) has
/// another one, and could else read everything.
class Hosts {
 public:
  /// On loopback: `localhost`, `127.0.0.1` and `[::1]` with the port, and those that are named. Elsewhere: those that
  /// are named, or any when none is.
  Hosts(std::string_view listen_host, int port, std::vector<std::string> named);
  bool takes(std::string_view host) const;

 private:
  std::vector<std::string> known_;
  bool any_ = false;
};

/// Whether an address to listen on is reached from this machine alone.
bool is_loopback(std::string_view host);

}  // namespace keel::dashboard

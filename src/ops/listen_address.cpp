#include "ops/listen_address.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace keel::ops {
namespace {

std::string reason_of_bind(const addrinfo& candidate) {
  const int handle = socket(candidate.ai_family, candidate.ai_socktype, candidate.ai_protocol);
  if (handle < 0) return std::strerror(errno);
  const int yes = 1;
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  std::string reason;
  if (bind(handle, candidate.ai_addr, candidate.ai_addrlen) != 0) reason = std::strerror(errno);
  close(handle);
  return reason;
}

/// Empty when nothing speaks against it any more.
std::string reason_against(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) return gai_strerror(error);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  for (const addrinfo* candidate = found; candidate != nullptr; candidate = candidate->ai_next) {
    if (auto reason = reason_of_bind(*candidate); !reason.empty()) return reason;
  }
  return {};
}

}  // namespace

std::optional<ListenAddress> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) return std::nullopt;
  address.host = host;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  return address;
}

std::string cannot_listen(std::string_view who, std::string_view address) {
  const std::string start = std::string(who) + ": cannot listen on " + std::string(address) + ": ";
  if (address.starts_with("unix:")) return start + "remove the socket if nobody uses it, or choose another path";
  const auto parsed = parse_address(address);
  if (!parsed) return start + "it is no address; write host:port, e.g. 127.0.0.1:9464";
  const std::string reason = reason_against(*parsed);
  return start + (reason.empty() ? "the system refused" : reason) +
         "; end the process that has it (ss -ltnp 'sport = :" + std::to_string(parsed->port) +
         "' names it) or configure another address";
}

}  // namespace keel::ops

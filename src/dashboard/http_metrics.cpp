#include "dashboard/http_metrics.hpp"

#include <httplib.h>

#include "ops/listen_address.hpp"

namespace keel::dashboard {

std::optional<std::string> fetch_metrics(const std::string& address, std::chrono::milliseconds patience) {
  const auto parsed = ops::parse_address(address);
  if (!parsed) return {};
  httplib::Client client(parsed->host, parsed->port);
  client.set_connection_timeout(patience);
  client.set_read_timeout(patience);
  client.set_write_timeout(patience);
  const auto answer = client.Get("/metrics");
  if (!answer || answer->status != 200) return {};
  return answer->body;
}

}  // namespace keel::dashboard

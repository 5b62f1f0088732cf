#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "dashboard/parts.hpp"
#include "dashboard/sessions.hpp"
#include "dashboard/web_files.hpp"
#include "ops/metrics.hpp"

namespace keel::dashboard {

struct DashboardOptions {
  /// `host:port` of HTTP.
  std::string listen = "127.0.0.1:8080";
  /// Below which it is reached: empty, or `/ops`.
  std::string base_path{};
  /// Names under which it is reached beside loopback's: `ops.example.com`.
  std::vector<std::string> hosts{};
  /// Whether anything may be changed from here.
  bool actions = false;
  Payloads payloads = Payloads::none;
  AccessOptions access{};
  /// Clients that follow live events or logs at once.
  std::size_t max_clients = 32;
  std::chrono::milliseconds sample_interval{1'000};
  /// gRPC addresses of processes that no database tells of.
  std::vector<std::string> processes{};
  /// `ops.token`: what processes want to see before they change something.
  std::string ops_token{};
  /// How long a process may take for an answer.
  std::chrono::milliseconds patience{500};
};

/// Why these options must not be served with; empty when they may. A listener that others can reach needs tokens, and a
/// base path begins with a slash and does not end with one.
std::string objection(const DashboardOptions& options);

/// The ops dashboard: gathers from all processes and both databases, serves the API, live events and the front end.
/// It changes nothing by itself; what people do through it is written down in the read store's `audit`.
class Dashboard {
 public:
  /// Listens, with threads of its own. A fault when the address is taken, saying which. Databases and processes need
  /// not be there: what is missing is told in every answer.
  static Result<std::unique_ptr<Dashboard>> start(const DashboardOptions& options, DashboardParts parts,
                                                  std::span<const WebFile> files,
                                                  ops::Metrics& metrics = ops::metrics());
  /// As `stop`.
  ~Dashboard();

  int port() const;
  /// Ends streams at once, requests when they are done, rebuilds at their next checkpoint. Blocks until all of it has
  /// ended. Once; later calls do nothing.
  void stop();

 private:
  class Running;
  explicit Dashboard(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace keel::dashboard

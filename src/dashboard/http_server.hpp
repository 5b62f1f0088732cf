#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "dashboard/exchange.hpp"
#include "dashboard/web_files.hpp"
#include "ops/metrics.hpp"

namespace keel::dashboard {

/// The dashboard's HTTP: the API below `{base}/api/v1`, the front end's files below `{base}/`. Plain text; TLS is for
/// whoever stands in front.
///
/// Nothing reaches the routes unless its `Host` is one of ours, it comes from our own pages as far as the browser says
/// (`Sec-Fetch-Site`), and it is small: 4 KiB of target, 64 KiB of body. Every answer forbids framing, foreign scripts
/// and sniffing; there is no CORS. A connection serves one request, so idle ones hold no thread; a stream holds one for
/// as long as it lasts, and there are `streams` of them beside those that answer.
///
/// Counts `keel_dashboard_requests_total{code}` and `keel_dashboard_request_duration_seconds` (not of streams).
class HttpServer {
 public:
  struct Options {
    /// `host:port`; port 0 takes a free one.
    std::string listen = "127.0.0.1:8080";
    /// Empty, or `/ops`: no slash at the end.
    std::string base_path{};
    /// Names under which it is reached beside loopback's, as browsers send them: `ops.example.com`.
    std::vector<std::string> hosts{};
    /// Streams at once, at most.
    std::size_t streams = 32;
    /// Requests at once, beside streams.
    std::size_t threads = 16;
    std::chrono::milliseconds read_timeout{5'000};
    /// A client that takes nothing for so long is let go.
    std::chrono::milliseconds write_timeout{5'000};
  };
  /// Called by the server's threads, several at once. Everything but `visitor` is there.
  using Answer = std::function<Reply(Request request)>;

  /// Listens, with threads of its own. A fault when the address is taken or not ours, saying which.
  static Result<std::unique_ptr<HttpServer>> start(const Options& options, std::span<const WebFile> files,
                                                   Answer answer, ops::Metrics& metrics = ops::metrics());
  /// As `stop`.
  ~HttpServer();

  int port() const;
  /// Stops listening and waits for the requests that run. Streams must have been ended before.
  void stop();

 private:
  class Listener;
  explicit HttpServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace keel::dashboard

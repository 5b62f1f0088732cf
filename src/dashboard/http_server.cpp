#include "dashboard/http_server.hpp"

#include <httplib.h>

#include <array>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "dashboard/http_exchange.hpp"
#include "dashboard/http_files.hpp"
#include "dashboard/request_metrics.hpp"
#include "dashboard/url.hpp"
#include "ops/listen_address.hpp"
#include "ops/log.hpp"

namespace keel::dashboard {
namespace {

constexpr std::size_t max_target_bytes = 4'096;
constexpr std::size_t max_body_bytes = 64UL << 10U;
/// `[^]*`: httplib matches with it; a dot would not take line breaks.
constexpr const char* any_path = R"([\s\S]*)";

/// httplib's own choice is SO_REUSEPORT: a second process would take the same port unnoticed.
void allow_rebinding_only(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

bool is_api(const Target& target) {
  return target.path.size() >= 2 && target.path[0] == "api" && target.path[1] == "v1";
}

Refusal refusal_of_status(int status) {
  if (status == 413) return {413, "RESOURCE_EXHAUSTED", "BODY_TOO_LARGE", "the body is larger than 64 KiB"};
  if (status == 414) return {414, "INVALID_ARGUMENT", "URL_TOO_LONG", "the address is longer than 4 KiB"};
  return {status, status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT", "REQUEST_INVALID", "the request cannot be read"};
}

}  // namespace

class HttpServer::Listener {
 public:
  Listener(Options options, std::span<const WebFile> files, Answer answer, ops::Metrics& metrics)
      : options_(std::move(options)), files_(files), answer_(std::move(answer)), metrics_(metrics) {
    limit();
    route();
  }
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  bool bind(const ops::ListenAddress& address) {
    port_ = address.port;
    const bool bound =
        port_ != 0 ? http_.bind_to_port(address.host, port_) : (port_ = http_.bind_to_any_port(address.host)) > 0;
    hosts_.emplace(address.host, port_, options_.hosts);
    return bound;
  }

  /// Returns when the loop runs, because httplib's `stop` does nothing before.
  void run() {
    thread_ = std::thread([this] {
      http_.listen_after_bind();
      ended_ = true;
    });
    while (!http_.is_running() && !ended_) std::this_thread::yield();
  }

  void stop() {
    http_.stop();
    if (thread_.joinable()) thread_.join();
  }

  int port() const { return port_; }

 private:
  void limit() {
    const auto threads = options_.streams + options_.threads;
    http_.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
    http_.set_keep_alive_max_count(1);
    http_.set_read_timeout(options_.read_timeout);
    http_.set_write_timeout(options_.write_timeout);
    http_.set_payload_max_length(max_body_bytes);
    http_.set_tcp_nodelay(true);
    http_.set_socket_options(allow_rebinding_only);
    http_.set_default_headers(security_headers());
  }

  /// All but POST is answered before httplib looks at its own routes; of a POST the body is read first.
  void route() {
    http_.set_pre_routing_handler([this](const httplib::Request& http, httplib::Response& response) {
      if (const auto refusal = obstacle(http)) {
        write(*refusal, response);
        return count(response);
      }
      if (http.method == "POST") return httplib::Server::HandlerResponse::Unhandled;
      serve(http, response);
      return count(response);
    });
    http_.Post(any_path, [this](const httplib::Request& http, httplib::Response& response) {
      serve(http, response);
      count(response);
    });
    http_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
      const bool answered = !response.body.empty() || response.content_length_ > 0;
      if (!answered) response.set_content(dump(document_of(refusal_of_status(response.status))), "application/json");
    });
    http_.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr thrown) {
      fail(thrown, response);
    });
  }

  std::optional<Refusal> obstacle(const httplib::Request& http) const {
    if (http.target.size() > max_target_bytes) return refusal_of_status(414);
    if (!hosts_->takes(http.get_header_value("Host"))) {
      return Refusal{403, "PERMISSION_DENIED", "HOST_UNKNOWN",
                     "this dashboard is not reached under that name: see dashboard.hosts"};
    }
    const bool changes = http.method != "GET" && http.method != "HEAD";
    if (changes && from_another_site(http)) {
      log::warn("dashboard", "another site's page asked for a change",
                {{"address", http.remote_addr}, {"url", http.path}, {"err.reason", "OTHER_SITE"}});
      return denied("OTHER_SITE", "the request comes from another site's page");
    }
    return {};
  }

  void serve(const httplib::Request& http, httplib::Response& response) {
    const auto began = std::chrono::steady_clock::now();
    answer(http, response);
    if (!response.is_chunked_content_provider_) metrics_.took(std::chrono::steady_clock::now() - began);
  }

  void answer(const httplib::Request& http, httplib::Response& response) {
    if (http.target == options_.base_path && !options_.base_path.empty()) {
      response.set_redirect(options_.base_path + "/", 308);
      return;
    }
    auto target = parse_target(http.target, options_.base_path);
    if (!target) return write(bad_field("url", "lies outside of this dashboard, or is badly encoded"), response);
    if (is_api(*target)) {
      target->path.erase(target->path.begin(), target->path.begin() + 2);
      return write(answer_(request_of(http, *std::move(target), options_.base_path)), response);
    }
    if (http.method != "GET" && http.method != "HEAD") {
      return write(Refusal{405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED", "files can only be read"}, response);
    }
    write_file(files_, target->path, http, response);
  }

  httplib::Server::HandlerResponse count(const httplib::Response& response) {
    metrics_.count(response.status);
    return httplib::Server::HandlerResponse::Handled;
  }

  /// A bug: it is told in the log, not to the client.
  static void fail(const std::exception_ptr& thrown, httplib::Response& response) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& bug) {
      log::error("dashboard", "a request failed by a bug", {{"why", bug.what()}});
    }
    write(Refusal{500, "INTERNAL", "BUG", "the dashboard failed: its log says why"}, response);
  }

  const Options options_;
  const std::span<const WebFile> files_;
  const Answer answer_;
  RequestMetrics metrics_;
  std::optional<Hosts> hosts_;
  httplib::Server http_;
  int port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return listener_->port(); }
void HttpServer::stop() { listener_->stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(const Options& options, std::span<const WebFile> files,
                                                      Answer answer, ops::Metrics& metrics) {
  const auto address = ops::parse_address(options.listen);
  auto listener = std::make_unique<Listener>(options, files, std::move(answer), metrics);
  if (!address || !listener->bind(*address)) {
    return Fault{Fault::Outcome::nothing_changed, ops::cannot_listen("dashboard", options.listen)};
  }
  listener->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

}  // namespace keel::dashboard

#include "ops/status_server.hpp"

#include <httplib.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "ops/listen_address.hpp"
#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

constexpr const char* json_type = "application/json";
constexpr const char* prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

void tell(const Checks& checks, httplib::Response& response) {
  bool well = true;
  auto list = nlohmann::ordered_json::array();
  for (const auto& [name, why_not] : checks.outcomes()) {
    auto& entry = list.emplace_back(nlohmann::ordered_json{{"name", name}, {"status", why_not ? "failing" : "ok"}});
    if (why_not) entry["why"] = mend_utf8(*why_not);
    well = well && !why_not;
  }
  const nlohmann::ordered_json body{{"status", well ? "ok" : "failing"}, {"checks", std::move(list)}};
  response.status = well ? 200 : 503;
  response.set_content(body.dump() + "\n", json_type);
}

std::string version_text(const std::vector<std::pair<std::string, std::string>>& version) {
  nlohmann::ordered_json body = nlohmann::ordered_json::object();
  for (const auto& [name, value] : version) body[name] = mend_utf8(value);
  return body.dump() + "\n";
}

/// httplib's own choice is SO_REUSEPORT: a second process would take the same port unnoticed.
void allow_rebinding_only(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

void refuse_other_methods(const httplib::Request&, httplib::Response& response) {
  response.status = 405;
  response.set_header("Allow", "GET, HEAD");
}

}  // namespace

void Checks::add(std::string name, WhyNot why_not) {
  const std::lock_guard lock(mutex_);
  checks_.push_back({std::move(name), std::move(why_not)});
}

std::vector<Checks::Outcome> Checks::outcomes() const {
  const std::lock_guard lock(mutex_);
  std::vector<Outcome> all;
  for (const Check& check : checks_) all.push_back({check.name, check.why_not()});
  return all;
}

std::vector<UnmetCondition> Checks::unmet() const {
  std::vector<UnmetCondition> unmet;
  for (auto& outcome : outcomes()) {
    if (outcome.why_not) unmet.push_back({std::move(outcome.name), *std::move(outcome.why_not)});
  }
  return unmet;
}

struct StatusServer::Listener {
  httplib::Server http;
  int port = 0;
  std::atomic<bool> ended{false};
  std::jthread thread;

  ~Listener() { http.stop(); }

  void limit(const StatusOptions& options) {
    const auto threads = static_cast<std::size_t>(options.threads);
    http.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
    http.set_keep_alive_max_count(1);
    http.set_keep_alive_timeout(1);
    http.set_read_timeout(options.read_timeout);
    http.set_write_timeout(options.read_timeout);
    http.set_payload_max_length(1024);
    http.set_socket_options(allow_rebinding_only);
  }

  void route(const Checks& alive, const Checks& ready, const Metrics& metrics, std::string version) {
    http.Get("/livez", [&alive](const auto&, auto& response) { tell(alive, response); });
    http.Get("/readyz", [&ready](const auto&, auto& response) { tell(ready, response); });
    http.Get("/metrics",
             [&metrics](const auto&, auto& response) { response.set_content(metrics.text(), prometheus_type); });
    http.Get("/version",
             [text = std::move(version)](const auto&, auto& response) { response.set_content(text, json_type); });
    const httplib::Server::Handler refuse = refuse_other_methods;
    http.Post(".*", refuse);
    http.Put(".*", refuse);
    http.Patch(".*", refuse);
    http.Delete(".*", refuse);
  }

  bool bind(const ListenAddress& address) {
    port = address.port;
    if (port != 0) return http.bind_to_port(address.host, port);
    port = http.bind_to_any_port(address.host);
    return port > 0;
  }

  /// Returns when the loop runs, because `stop` does nothing before.
  void run() {
    thread = std::jthread([this] {
      http.listen_after_bind();
      ended = true;
    });
    while (!http.is_running() && !ended) std::this_thread::yield();
  }
};

StatusServer::StatusServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
StatusServer::~StatusServer() = default;

int StatusServer::port() const { return listener_->port; }

Result<std::unique_ptr<StatusServer>> StatusServer::start(const StatusOptions& options, const Checks& alive,
                                                          const Checks& ready, const Metrics& metrics) {
  const auto address = parse_address(options.listen);
  auto listener = std::make_unique<Listener>();
  listener->limit(options);
  listener->route(alive, ready, metrics, version_text(options.version));
  if (!address || !listener->bind(*address)) {
    return Fault{Fault::Outcome::nothing_changed, cannot_listen("status server", options.listen)};
  }
  listener->run();
  return std::unique_ptr<StatusServer>(new StatusServer(std::move(listener)));
}

}  // namespace keel::ops

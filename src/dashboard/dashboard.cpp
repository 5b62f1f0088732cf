#include "dashboard/dashboard.hpp"

#include <utility>

#include "dashboard/http_metrics.hpp"
#include "dashboard/http_server.hpp"
#include "dashboard/routes.hpp"
#include "dashboard/services.hpp"
#include "dashboard/url.hpp"
#include "ops/listen_address.hpp"

namespace keel::dashboard {
namespace {

/// What a scrape of one process may take, as a part of a look at all of them.
constexpr std::chrono::milliseconds scrape_patience{300};

/// Above the ids of every earlier run, so that a browser that comes back is told to begin anew.
std::uint64_t first_event_id() { return static_cast<std::uint64_t>(system_now().time_since_epoch().count()); }

EventHub::Options hub_options(const DashboardOptions& options) {
  EventHub::Options hub;
  hub.max_clients = options.max_clients;
  hub.first_id = first_event_id();
  return hub;
}

HttpServer::Options http_options(const DashboardOptions& options) {
  HttpServer::Options http;
  http.listen = options.listen;
  http.base_path = options.base_path;
  http.hosts = options.hosts;
  http.streams = options.max_clients;
  return http;
}

}  // namespace

std::string objection(const DashboardOptions& options) {
  const auto address = ops::parse_address(options.listen);
  if (!address) return "dashboard.listen must be host:port";
  if (!is_loopback(address->host) && !options.access.login_required()) {
    return "dashboard.listen is reached from other machines: set dashboard.admin_token (and viewer_token, "
           "operator_token as you like), or listen on 127.0.0.1";
  }
  const auto& base = options.base_path;
  if (!base.empty() && (!base.starts_with('/') || base.ends_with('/'))) {
    return "dashboard.base_path must begin with a slash and not end with one, such as /ops";
  }
  if (base.find_first_of("?#%;\" \r\n") != std::string::npos)
    return "dashboard.base_path has a character that it cannot";
  if (options.max_clients == 0) return "dashboard.max_clients must be at least 1";
  if (options.sample_interval < std::chrono::milliseconds(100))
    return "dashboard.sample_interval must be at least 100ms";
  return {};
}

/// In the order in which they use one another; they end in the reverse.
class Dashboard::Running {
 public:
  Running(const DashboardOptions& options, DashboardParts parts, ops::Metrics& metrics)
      : parts_(std::move(parts)),
        sessions_(options.access),
        clients_(options.ops_token, options.patience),
        directory_({parts_.journal_dsn, parts_.read_dsn, options.processes}, clients_),
        stores_(parts_),
        works_(parts_, stores_, {}),
        refused_actions_([this](const auto& deed) { return write_down(deed); }, metrics, {}),
        hub_(hub_options(options), metrics),
        process_watch_(clients_, [](const auto& address) { return fetch_metrics(address, scrape_patience); }),
        projection_watch_(parts_, stores_),
        gatherer_({options.sample_interval}, {directory_, process_watch_, projection_watch_, stores_, hub_, series_}),
        services_{parts_,  options.actions, options.payloads, sessions_, directory_, clients_,
                  stores_, works_,          refused_actions_, hub_,      series_,    gatherer_} {}
  ~Running() { stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Result<Done> listen(const DashboardOptions& options, std::span<const WebFile> files, ops::Metrics& metrics) {
    const auto answered = [this](Request request) {
      request.visitor = sessions_.visitor(request.cookie, request.address);
      return answer(services_, request);
    };
    auto started = HttpServer::start(http_options(options), files, answered, metrics);
    if (!started) return started.fault();
    http_ = *std::move(started);
    return Done{};
  }

  int port() const { return http_->port(); }

  void stop() {
    works_.end_soon();
    hub_.stop();
    gatherer_.stop();
    if (http_) http_->stop();
    works_.stop();
  }

 private:
  Result<Done> write_down(const replay::Deed& deed) {
    auto store = stores_.read();
    if (!store) return store.fault();
    return (*store)->note(deed);
  }

  const DashboardParts parts_;
  Sessions sessions_;
  ProcessClients clients_;
  Directory directory_;
  Stores stores_;
  Works works_;
  RefusedActions refused_actions_;
  EventHub hub_;
  Series series_;
  ProcessWatch process_watch_;
  ProjectionWatch projection_watch_;
  Gatherer gatherer_;
  Services services_;
  std::unique_ptr<HttpServer> http_;
};

Dashboard::Dashboard(std::unique_ptr<Running> running) : running_(std::move(running)) {}
Dashboard::~Dashboard() = default;

int Dashboard::port() const { return running_->port(); }
void Dashboard::stop() { running_->stop(); }

Result<std::unique_ptr<Dashboard>> Dashboard::start(const DashboardOptions& options, DashboardParts parts,
                                                    std::span<const WebFile> files, ops::Metrics& metrics) {
  if (auto why = objection(options); !why.empty()) return Fault{Fault::Outcome::nothing_changed, std::move(why)};
  auto running = std::make_unique<Running>(options, std::move(parts), metrics);
  if (const auto listening = running->listen(options, files, metrics); !listening) return listening.fault();
  return std::unique_ptr<Dashboard>(new Dashboard(std::move(running)));
}

}  // namespace keel::dashboard

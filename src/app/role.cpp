#include "app/role.hpp"

#include <grpcpp/version_info.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "app/logs.hpp"
#include "core/crash_point.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace keel::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{200};
constexpr milliseconds last_pause{5000};

/// A token that was given and is empty would let everybody in who was meant to be kept out.
ops::Permissions permissions_of(const Configuration& configuration) {
  ops::Permissions permissions{configuration.yes("ops.actions"), configuration.yes("faults"),
                               configuration.text("ops.token")};
  std::vector<std::string> problems;
  if (permissions.token.empty() && configuration.given("ops.token")) {
    problems.emplace_back("ops.token was given and is empty");
  }
  if (configuration.duration("ops.history_retention") < std::chrono::hours(1)) {
    problems.emplace_back("ops.history_retention must be 1h or more");
  }
  if (!problems.empty()) throw ConfigurationError{std::move(problems)};
  return permissions;
}

}  // namespace

Role::Role(const Configuration& configuration, std::string name)
    : configuration_(configuration),
      name_(std::move(name)),
      id_(make_uuid_v7(system_now())),
      started_at_(system_now()),
      permissions_(permissions_of(configuration)) {}

Result<std::unique_ptr<Role>> Role::start(const Configuration& configuration, std::string name) {
  std::unique_ptr<Role> role(new Role(configuration, std::move(name)));
  configure_logs(configuration, role->name_);
  if (configuration.yes("faults")) arm_crash_points();

  role->ready_.add("start", [raw = role.get()]() -> std::optional<std::string> {
    const std::lock_guard lock(raw->mutex_);
    if (raw->missing_.empty()) return std::nullopt;
    return raw->missing_;
  });
  ops::metrics()
      .gauge("keel_build_info", "Always 1; the labels say what runs.",
             {{"version", std::string(version())}, {"role", role->name_}, {"grpc", GRPC_CPP_VERSION_STRING}})
      .set(1);
  ops::StatusOptions options;
  options.listen = configuration.text(role->name_ + ".status_listen");
  options.version = {{"version", std::string(version())}, {"role", role->name_}};
  auto status = ops::StatusServer::start(options, role->alive_, role->ready_);
  if (!status) return status.fault();
  role->status_ = *std::move(status);
  return role;
}

bool Role::insist(std::string_view what, const std::function<Result<Done>()>& attempt) {
  milliseconds pause = first_pause;
  while (!stop_signal_.asked()) {
    const auto done = attempt();
    if (done) {
      missing("");
      return true;
    }
    missing(std::string(what) + ": " + done.fault().what);
    log::warn(name_, "cannot go on yet, trying again", {{"step", what}, {"why", done.fault().what}});
    const auto until = std::chrono::steady_clock::now() + pause;
    while (!stop_signal_.asked() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(milliseconds(50));
    }
    pause = std::min(pause * 2, last_pause);
  }
  return false;
}

void Role::missing(std::string why) {
  const std::lock_guard lock(mutex_);
  missing_ = std::move(why);
}

std::string Role::status_address() const {
  return status_ == nullptr ? "" : reachable_address(configuration_.text(name_ + ".status_listen"), status_->port());
}

std::string Role::grpc_listen() const {
  const std::string own = name_ + ".grpc_listen";
  return configuration_.text(find_setting(own) == nullptr ? name_ + ".listen" : own);
}

ops::GrpcOptions Role::grpc_options() const {
  ops::GrpcOptions options;
  options.listen = grpc_listen();
  options.max_message_bytes = static_cast<int>(configuration_.number("grpc.max_message_bytes"));
  return options;
}

std::string reachable_address(const std::string& listen, int port) {
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host == "0.0.0.0" || host == "[::]") host = host_name();
  return host + ":" + std::to_string(port);
}

Exit complain(std::string_view role, const Fault& fault) {
  std::cerr << "keel " << role << ": " << fault.what << '\n';
  return Exit::failed;
}

}  // namespace keel::app

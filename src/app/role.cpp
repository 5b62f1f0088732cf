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

}  // namespace

Role::Role(const Configuration& configuration, std::string name)
    : configuration_(configuration), name_(std::move(name)) {}

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

ops::GrpcOptions Role::grpc_options() const {
  ops::GrpcOptions options;
  options.listen = configuration_.text(name_ + ".listen");
  options.max_message_bytes = static_cast<int>(configuration_.number("grpc.max_message_bytes"));
  return options;
}

void complain(std::string_view role, const Fault& fault) { std::cerr << "keel " << role << ": " << fault.what << '\n'; }

}  // namespace keel::app

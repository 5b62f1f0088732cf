#include "support/keel_system.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace keel::test {
namespace {

std::filesystem::path binary(const std::string& program) {
  const char* path = std::getenv("KEEL_BINARY");
  if (path == nullptr) throw std::runtime_error("KEEL_BINARY is not set: run this test through ctest");
  return std::filesystem::path(path).parent_path() / program;
}

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "keel-system-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
  return name;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

KeelSystem::KeelSystem(const Options& options)
    : options_(options),
      folder_(fresh_folder()),
      cluster_(Cluster::Options{.fsync = true, .settings = {}}),
      journal_(cluster_.empty_database()),
      read_(cluster_.empty_database()) {
  if (options_.brokers.empty()) start("broker");
  const auto migrated = run({"migrate"});
  if (migrated.code != 0) throw std::runtime_error("keel migrate: " + migrated.output);
}

KeelSystem::~KeelSystem() {
  processes_.clear();
  std::filesystem::remove_all(folder_);
}

KeelSystem::Ports& KeelSystem::ports(const std::string& role, const std::string& instance) {
  auto& ports = ports_[role + instance];
  if (ports.grpc == 0) ports = {free_port(), free_port()};
  return ports;
}

std::map<std::string, std::string> KeelSystem::environment_of(const std::string& role, const std::string& instance) {
  std::map<std::string, std::string> environment = options_.environment;
  environment["KEEL_JOURNAL__DSN"] = journal_.dsn;
  environment["KEEL_READ__DSN"] = read_.dsn;
  const auto address_file = folder_ / "broker";
  environment["KEEL_KAFKA__BROKERS"] = options_.brokers.empty() ? "file:" + address_file.string() : options_.brokers;
  environment["KEEL_BROKER__ADDRESS_FILE"] = address_file;
  environment["KEEL_LOG__FORMAT"] = "json";
  if (role.empty()) return environment;
  const Ports& own = ports(role, instance);
  environment["KEEL_" + upper(role) + "__STATUS_LISTEN"] = "127.0.0.1:" + std::to_string(own.status);
  environment["KEEL_" + upper(role) + "__LISTEN"] = "127.0.0.1:" + std::to_string(own.grpc);
  return environment;
}

Process& KeelSystem::launch(const std::string& role, const std::map<std::string, std::string>& environment,
                            const std::string& instance) {
  auto all = environment_of(role, instance);
  for (const auto& [name, value] : environment) all[name] = value;
  processes_.erase(role + instance);
  auto started = Process::start({binary(options_.program), {role}, all, folder_ / (role + instance + ".log")});
  return processes_.emplace(role + instance, std::move(started)).first->second;
}

bool KeelSystem::await_ready(const std::string& role, std::chrono::milliseconds limit, const std::string& instance) {
  const int port = status_port(role, instance);
  return eventually([&] { return http_get(port, "/readyz").status == 200 || !process(role, instance).running(); },
                    limit) &&
         process(role, instance).running();
}

void KeelSystem::start(const std::string& role, const std::map<std::string, std::string>& environment) {
  launch(role, environment);
  if (await_ready(role)) return;
  const std::string log = log_of(role);
  throw std::runtime_error("keel " + role + " did not become ready: " + http_get(status_port(role), "/readyz").body +
                           "\n" + log.substr(log.size() > 4000 ? log.size() - 4000 : 0));
}

Process& KeelSystem::process(const std::string& role, const std::string& instance) {
  const auto found = processes_.find(role + instance);
  if (found == processes_.end()) throw std::runtime_error("keel " + role + instance + " was never started");
  return found->second;
}

std::optional<int> KeelSystem::stop(const std::string& role, std::chrono::milliseconds limit) {
  process(role).signal(SIGTERM);
  return process(role).wait(limit);
}

KeelSystem::Ran KeelSystem::run(const std::vector<std::string>& arguments,
                                const std::map<std::string, std::string>& environment) {
  auto all = environment_of("", "");
  for (const auto& [name, value] : environment) all[name] = value;
  const auto log = folder_ / "run.log";
  std::filesystem::remove(log);
  auto process = Process::start({binary(options_.program), arguments, all, log});
  const auto code = process.wait(std::chrono::seconds(60));
  return {code.value_or(-1), content_of(log)};
}

Process& KeelSystem::begin(const std::string& name, const std::vector<std::string>& arguments,
                           const std::map<std::string, std::string>& environment) {
  auto all = environment_of("", "");
  for (const auto& [variable, value] : environment) all[variable] = value;
  processes_.erase(name);
  auto started = Process::start({binary(options_.program), arguments, all, folder_ / (name + ".log")});
  return processes_.emplace(name, std::move(started)).first->second;
}

std::shared_ptr<grpc::Channel> KeelSystem::channel(const std::string& role, const std::string& instance) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 500);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(ports(role, instance).grpc),
                                   grpc::InsecureChannelCredentials(), arguments);
}

int KeelSystem::status_port(const std::string& role, const std::string& instance) {
  return ports(role, instance).status;
}

std::string KeelSystem::log_of(const std::string& role, const std::string& instance) const {
  return content_of(folder_ / (role + instance + ".log"));
}

}  // namespace keel::test

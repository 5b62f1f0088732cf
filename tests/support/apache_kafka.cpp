#include "support/apache_kafka.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>

#include "kafka/topics.hpp"

namespace keel::test {
namespace {

std::filesystem::path jars() {
  const char* home = std::getenv("KEEL_KAFKA_HOME");
  if (home != nullptr && std::filesystem::exists(std::filesystem::path(home) / "complete")) return home;
  throw std::runtime_error(
      "this test needs Apache Kafka: run `./dev setup kafka`, then the tests by `./dev test`, which sets "
      "KEEL_KAFKA_HOME "
      "(now " +
      std::string(home == nullptr ? "unset" : home) + ")");
}

std::filesystem::path source_folder() {
  const char* folder = std::getenv("KEEL_SOURCE_DIR");
  return folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
}

std::string last_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string all((std::istreambuf_iterator<char>(in)), {});
  return all.size() > 2000 ? all.substr(all.size() - 2000) : all;
}

/// KRaft takes two neighbouring ports: the broker's, and its controller's after it. Below those that the system gives
/// away by itself: Kafka starts slowly, and meanwhile any connection of another test might get one of them.
int free_port_pair() {
  std::random_device random;
  std::uniform_int_distribution<int> lower_ports(20'000, 32'000);
  for (;;) {
    const int port = lower_ports(random);
    if (is_free(port) && is_free(port + 1)) return port;
  }
}

}  // namespace

ApacheKafka::ApacheKafka(std::vector<std::string> properties)
    : properties_(std::move(properties)), port_(free_port_pair()) {
  jars();
  std::string name = (std::filesystem::temp_directory_path() / "keel-kafka-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for Kafka's data at " + name);
  folder_ = name;
  start();
}

ApacheKafka::~ApacheKafka() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ApacheKafka::kill() {
  if (process_) process_->kill_hard();
  process_.reset();
}

void ApacheKafka::start() {
  const auto log = folder_ / "server.log";
  std::vector<std::string> arguments{(folder_ / "data").string(), std::to_string(port_)};
  arguments.insert(arguments.end(), properties_.begin(), properties_.end());
  process_ = Process::start({.program = source_folder() / "deploy/kafka/run",
                             .arguments = arguments,
                             .environment = {{"KEEL_KAFKA_HOME", jars().string()}},
                             .log = log});
  const bool ready = eventually(
      [&] {
        if (!process_->running()) throw std::runtime_error("Apache Kafka ended: " + last_lines(log));
        return bool(kafka::check_topics({.brokers = address()}, {}, std::chrono::seconds(2)));
      },
      std::chrono::seconds(90));
  if (!ready) throw std::runtime_error("Apache Kafka did not become ready in 90 s: " + last_lines(log));
}

}  // namespace keel::test

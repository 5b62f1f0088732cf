#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace keel::kafka {

/// How to reach Kafka; the same for producers, consumers and the check of topics.
struct ClientOptions {
  /// `host:port[,host:port…]`, or `file:PATH`: a file that holds that text (`keel broker` writes one). The file is read
  /// again whenever a client is built, so a broker that comes back on another port is found.
  std::string brokers = "127.0.0.1:9092";
  /// Shown in the broker's logs. Keep it under 64 characters.
  std::string client_id = "keel";
  /// A client whose broker has been gone for so long is thrown away and built anew.
  std::chrono::milliseconds rebuild_after{5000};
  /// librdkafka's own properties (`security.protocol`, `sasl.username`, …), applied before ours; what our promises rest
  /// on (acks, idempotence, offset reset) cannot be changed by them.
  std::map<std::string, std::string> properties{};
  /// Takes librdkafka's own log lines (syslog level, text); called on its threads, so be quick. Empty: dropped.
  std::function<void(int level, std::string_view line)> log{};
};

/// The addresses that `brokers` stands for now.
/// Fault: the file is missing or empty; says which one and what writes it.
Result<std::string> bootstrap_servers(std::string_view brokers);

/// Whether that is the broker of `keel broker`: on this machine, named by its file.
bool is_embedded(std::string_view brokers);

/// The topic that a context's events go to: `keel.<context>.events.v1`, one partition per lane.
std::string topic_of(std::string_view context);

}  // namespace keel::kafka

#include "kafka/client.hpp"

#include <fstream>
#include <utility>

#include "kafka/native.hpp"

namespace keel::kafka {
namespace {

constexpr std::string_view file_scheme = "file:";
constexpr std::chrono::milliseconds probe_timeout{1000};

void forward_log(const rd_kafka_t* client, int level, const char* facility, const char* line) {
  const auto* sink = static_cast<const native::Sink*>(rd_kafka_opaque(client));
  if (sink != nullptr && sink->log) sink->log(level, std::string(facility) + ": " + line);
}

}  // namespace

bool is_embedded(std::string_view brokers) { return brokers.starts_with(file_scheme); }

Result<std::string> bootstrap_servers(std::string_view brokers) {
  if (!is_embedded(brokers)) return std::string(brokers);
  const std::string path(brokers.substr(file_scheme.size()));
  std::ifstream file(path);
  std::string servers;
  if (file && file >> servers) return servers;
  return Fault{.what = "kafka.brokers names the file " + path +
                       ", which is missing or empty; `keel broker` writes it when it starts, or name the brokers as "
                       "host:port"};
}

std::string topic_of(std::string_view context) { return "keel." + std::string(context) + ".events.v1"; }

namespace native {

Result<Settings> Settings::of_client(const ClientOptions& options, Sink* sink) {
  auto servers = bootstrap_servers(options.brokers);
  if (!servers) return servers.fault();
  Settings settings;
  settings.servers_ = *std::move(servers);
  sink->log = options.log;
  rd_kafka_conf_set_opaque(settings.conf(), sink);
  rd_kafka_conf_set_log_cb(settings.conf(), &forward_log);
  settings.set("socket.keepalive.enable", "true")
      .set("socket.nagle.disable", "true")
      .set("socket.timeout.ms", "10000")
      .set("topic.metadata.propagation.max.ms", "5000")
      .set("reconnect.backoff.ms", "50")
      .set("reconnect.backoff.max.ms", "1000");
  for (const auto& [name, value] : options.properties) settings.set(name, value);
  settings.set("bootstrap.servers", settings.servers_).set("client.id", options.client_id);
  return settings;
}

Settings& Settings::set(const std::string& name, const std::string& value) {
  char why[512];
  if (rd_kafka_conf_set(conf(), name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK && !refused_) {
    refused_ = Fault{.what = "Kafka property " + name + " = " + value + ": " + why};
  }
  return *this;
}

Result<rd_kafka_t*> Settings::build(rd_kafka_type_t type) && {
  if (refused_) return *refused_;
  char why[512];
  rd_kafka_t* client = rd_kafka_new(type, conf(), why, sizeof why);
  if (client == nullptr) return Fault{.what = "a Kafka client for " + servers_ + " cannot be built: " + why};
  static_cast<void>(conf_.release());  // the client's now
  return client;
}

void BrokerWatch::all_down(std::string why) {
  why_ = std::move(why);
  if (!down_since_) down_since_ = std::chrono::steady_clock::now();
}

bool BrokerWatch::gone(rd_kafka_t* client, Instant now) {
  if (!down_since_ || now - *down_since_ < patience_) return false;
  const struct rd_kafka_metadata* found = nullptr;
  if (rd_kafka_metadata(client, 0, nullptr, &found, milliseconds(probe_timeout)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return true;
  }
  rd_kafka_metadata_destroy(found);
  alive();
  return false;
}

}  // namespace native
}  // namespace keel::kafka

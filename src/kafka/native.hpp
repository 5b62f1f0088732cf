#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "kafka/client.hpp"

/// What the .cpp files of this room share about librdkafka. No header that others include shows it.
namespace keel::kafka::native {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* handle) const {
    destroy(handle);
  }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using Error = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;

inline int milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

/// What a callback finds behind librdkafka's opaque pointer. It outlives the client.
struct Sink {
  std::function<void(int level, std::string_view line)> log;
};

/// Gathers properties; the first that is refused makes the whole a fault.
class Settings {
 public:
  /// What all clients share: addresses read now, names, keep-alive, the caller's own properties.
  static Result<Settings> of_client(const ClientOptions& options, Sink* sink);

  Settings& set(const std::string& name, const std::string& value);
  rd_kafka_conf_t* conf() { return conf_.get(); }
  const std::string& servers() const { return servers_; }
  /// Builds the client; these settings are used up.
  Result<rd_kafka_t*> build(rd_kafka_type_t type) &&;

 private:
  Conf conf_{rd_kafka_conf_new()};
  std::string servers_;
  std::optional<Fault> refused_;
};

/// Notices that no broker can be reached, and asks before believing it: idle connections are closed too.
class BrokerWatch {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  explicit BrokerWatch(std::chrono::milliseconds patience) : patience_(patience) {}

  void all_down(std::string why);
  void alive() { down_since_.reset(); }
  /// True when the broker has been away for `patience` and does not answer now. Blocks at most a second, and only then.
  bool gone(rd_kafka_t* client, Instant now = std::chrono::steady_clock::now());
  bool suspicious() const { return down_since_.has_value(); }
  const std::string& why() const { return why_; }

 private:
  std::chrono::milliseconds patience_;
  std::optional<Instant> down_since_;
  std::string why_;
};

}  // namespace keel::kafka::native

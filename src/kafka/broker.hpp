#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "kafka/topics.hpp"

namespace keel::kafka {

struct BrokerOptions {
  /// Made at start. A topic that is not among them springs up with 4 partitions when a client asks for it by name.
  std::vector<Topic> topics{};
  /// Gets `host:port` of the broker, whole or not at all, once it takes connections; `brokers = "file:PATH"` reads it.
  /// Empty: no file.
  std::filesystem::path address_file{};
};

/// A Kafka broker inside this process, for a start without any installation, and for tests.
///
/// It listens on a free port of 127.0.0.1 and keeps everything in memory: at most some 5 MB or 100,000 messages a
/// partition, the oldest go, and nothing outlives it. That costs no event, because the journal has them all and
/// projectors heal from it. It is librdkafka's mock cluster; it knows no authentication, no transactions across
/// restarts, and never answers CreateTopics.
class EmbeddedBroker {
 public:
  virtual ~EmbeddedBroker() = default;
  /// `127.0.0.1:port`.
  virtual const std::string& address() const = 0;
};

/// Fault: the port or the address file could not be had.
Result<std::unique_ptr<EmbeddedBroker>> start_broker(const BrokerOptions& options);

}  // namespace keel::kafka

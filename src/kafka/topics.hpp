#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "kafka/client.hpp"

namespace keel::kafka {

/// A topic and how many partitions it must have: exactly one per lane.
struct Topic {
  std::string name;
  std::int32_t partitions = 0;
  friend bool operator==(const Topic&, const Topic&) = default;
};

/// Looks whether every topic is there with exactly its count of partitions. Creates nothing, asks for no topic by name
/// (that would make some brokers create it).
/// Fault: broker unreachable (which address, where it came from); a topic is missing (`keel migrate` creates it);
/// another count (with the command that mends it). Blocks at most `timeout`.
Result<Done> check_topics(const ClientOptions& client, std::span<const Topic> topics,
                          std::chrono::milliseconds timeout);

struct TopicCreation {
  /// Copies of each message; not more than there are brokers.
  int replication_factor = 1;
  /// Further settings of a created topic, such as `retention.ms`.
  std::map<std::string, std::string> settings{};
};

/// Creates the topics that are missing, and answers their names; refuses another count like `check_topics`, before it
/// creates anything. For a real Kafka: the embedded broker makes its topics itself and never answers this.
Result<std::vector<std::string>> ensure_topics(const ClientOptions& client, std::span<const Topic> topics,
                                               const TopicCreation& creation, std::chrono::milliseconds timeout);

}  // namespace keel::kafka

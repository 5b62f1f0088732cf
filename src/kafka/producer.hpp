#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kafka/client.hpp"
#include "kafka/message.hpp"

namespace keel::kafka {

/// What became of one message.
struct Delivery {
  std::int32_t partition = 0;
  /// As given to `produce`.
  std::uint64_t tag = 0;
  /// Empty: every in-sync replica has it. Else why it was not acknowledged; it may be in the topic all the same.
  std::string error;
  bool acknowledged() const { return error.empty(); }
};

struct ProducerOptions {
  ClientOptions client{};
  std::string topic{};
  /// How long a message may wait for company before it is sent. The publisher hands over a round at once.
  std::chrono::microseconds linger{500};
  /// Bounds of what waits in this process, in messages and in kibibytes. Beyond them `produce` says `full`.
  int queued_messages = 100'000;
  int queued_kibibytes = 65'536;
  /// Largest message that is tried, in bytes. The broker's own limit (`message.max.bytes`) counts too.
  int message_bytes = 1'000'000;
};

/// Writes to one topic, in order per partition, idempotently, acknowledged by all in-sync replicas.
///
/// Disposable: when `failure()` says something, throw it away, open another one and go on after the last acknowledged
/// message. librdkafka 2.0.2 turns fatal on a plain disconnect now and then, and a broker on another address is found
/// only by a new client. Destroying it forgets what waits; no report of it comes any more. One thread at a time.
///
/// A message never expires while it waits: giving up on one would let later ones pass it.
class Producer {
 public:
  virtual ~Producer() = default;

  enum class Queued {
    yes,
    /// No room: poll for reports, then again.
    full,
  };
  /// Copies the message (small ones share one allocation with their bookkeeping, so borrowing would win nothing).
  /// Fault: this message can never be sent (too large, no such partition), or the producer has failed.
  virtual Result<Queued> produce(std::int32_t partition, const Outgoing& message, std::uint64_t tag) = 0;

  /// Waits at most `timeout` for reports, then takes those that are there. Every message that `produce` took is
  /// reported once, unless the producer is destroyed first. Valid until the next call.
  virtual std::span<const Delivery> poll(std::chrono::milliseconds timeout) = 0;

  /// Why this producer is of no more use: it turned fatal, or its broker has been gone for `rebuild_after`.
  virtual std::optional<Fault> failure() = 0;
};

/// Builds a producer. Fault: the options are refused, or the brokers' file is missing. Does not wait for the broker.
Result<std::unique_ptr<Producer>> open_producer(const ProducerOptions& options);

using OpenProducer = std::function<Result<std::unique_ptr<Producer>>()>;

}  // namespace keel::kafka

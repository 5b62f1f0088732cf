#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kafka/client.hpp"
#include "kafka/message.hpp"

namespace keel::kafka {

/// A place in a topic. Offset: that of the next message to read.
struct Place {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// What one poll brought. Everything but `messages` is rare.
struct Fetched {
  /// Per partition in the order of offsets. Offsets may have holes; positions in the messages tell what is missing.
  std::vector<Message> messages;
  /// The broker no longer has (or never had) these offsets. Such a partition stays silent until `seek` or `assign`:
  /// read what is missing from the journal, then go on at the end offset.
  std::vector<Place> gone;
  /// Group mode only: these partitions are ours now, all of them. Nothing comes until `assign` says where to begin.
  std::vector<Place> joined;
  /// Group mode only: these partitions are somebody else's from now on. They are unassigned already.
  std::vector<Place> left;
  /// The client was built anew and goes on at its own next offsets. The broker may be another one, with other
  /// messages at the same offsets: compare with the journal soon.
  bool reconnected = false;
  /// Owns what the views show.
  std::shared_ptr<const void> bytes;
};

struct ConsumerOptions {
  ClientOptions client{};
  /// Names the offsets that are left with the broker as a hint. Also the group to join in group mode.
  std::string group{};
  /// Empty: partitions are assigned by hand. Else: the topics whose partitions the members of `group` share out; a join
  /// takes 3 to 5 s.
  std::vector<std::string> subscription{};
  /// How long the broker may keep a fetch open when it has nothing new. Apache Kafka answers as soon as it has.
  std::chrono::milliseconds longest_fetch{10};
  /// The embedded broker answers only when this time is over, so half of it is in every event's way. Short costs idle
  /// requests.
  std::chrono::milliseconds longest_embedded_fetch{4};
};

/// Reads topics from places that the caller keeps: the broker's own offsets are a hint, never the truth.
///
/// One thread at a time. Only committed messages are shown; nothing is committed by itself; an offset that the broker
/// does not have is told (`Fetched::gone`), never jumped over in silence. A broker that is gone is no fault: polls are
/// empty until it is back, and after `rebuild_after` the client is built anew, addresses read again.
///
/// Consumers of other teams: docs/protocol.md, "Publication": apply only last + 1 per partition, ignore all else.
class Consumer {
 public:
  virtual ~Consumer() = default;

  /// Reads these partitions from these offsets, and no others. Does not wait for the broker. Partitions that are only
  /// added begin at once; what takes away or moves waits until half a second after the last such change, and polls
  /// bring nothing before.
  virtual Result<Done> assign(std::span<const Place> places) = 0;

  /// Goes on at another offset of an assigned partition; what was fetched ahead of it is dropped.
  virtual Result<Done> seek(const Place& place) = 0;

  /// Waits at most `timeout` for the first message, then takes what is there, at most `limit`.
  /// Fault: the client was refused; says what to do. A topic that is missing may just stay silent: `check_topics`
  /// before. May block 1 s longer while it finds out whether a silent broker is back.
  virtual Result<Fetched> poll(std::chrono::milliseconds timeout, std::size_t limit) = 0;

  /// The offsets that the next messages of these partitions will get, in the order asked for. Asks the broker, waits
  /// at most `timeout`. Fault: broker gone, partition unknown.
  virtual Result<std::vector<std::int64_t>> end_offsets(std::string_view topic,
                                                        std::span<const std::int32_t> partitions,
                                                        std::chrono::milliseconds timeout) = 0;

  /// Leaves these places with the broker, for people and lag monitors. Does not wait, may be lost.
  virtual void leave_hint(std::span<const Place> places) = 0;
};

/// Builds a consumer. Fault: the options are refused, or the brokers' file is missing. Does not wait for the broker.
Result<std::unique_ptr<Consumer>> open_consumer(const ConsumerOptions& options);

using OpenConsumer = std::function<Result<std::unique_ptr<Consumer>>()>;

}  // namespace keel::kafka

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "dashboard/exchange.hpp"
#include "ops/metrics.hpp"

namespace keel::dashboard {

/// What can be followed live.
enum class Topic { overview, tree, projections, operations, processes };
inline constexpr std::array all_topics{Topic::overview, Topic::tree, Topic::projections, Topic::operations,
                                       Topic::processes};
std::string_view name_of(Topic topic);
std::optional<Topic> parse_topic(std::string_view word);

/// Hands what changes to everybody who follows, as server-sent events:
///
///     id: 1795545600000123
///     event: delta
///     data: {"topic":"projections","data":{…}}
///
/// `snapshot` (the whole topic as it is), `delta` (the whole topic as it is now; of `tree`: the events that are new),
/// `resync` (something was missed: snapshots follow), `heartbeat`. Ids grow, over restarts too. A client that comes
/// back with its last id goes on where it was while the ring still has that; one that reads slower than things change
/// misses what is between, gets `resync` and the latest.
///
/// Any thread. Memory is bounded by the ring, whatever the clients do.
class EventHub {
 public:
  struct Options {
    /// Clients at once; the next one is refused.
    std::size_t max_clients = 32;
    /// Events kept, of all topics, and bytes of them.
    std::size_t ring = 512;
    std::size_t ring_bytes = 16UL << 20U;
    std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
    /// Longest wait of `Stream::next`.
    std::chrono::milliseconds breath = std::chrono::milliseconds(500);
    /// Above every id of an earlier run.
    std::uint64_t first_id = 0;
  };

  explicit EventHub(Options options, ops::Metrics& metrics = ops::metrics());

  /// The topic as it is now. Followers get it when it differs from what was there.
  void show(Topic topic, const Json& document);
  /// Something that happened: followers get `news`, those that come later get `document`.
  void tell(Topic topic, const Json& news, const Json& document);
  /// For those that come later; followers have it already.
  void prepare(Topic topic, const Json& document);

  /// RESOURCE_EXHAUSTED/TOO_MANY_CLIENTS with 503. `last_id`: empty, or what the client saw last.
  Outcome<std::shared_ptr<Stream>> follow(std::set<Topic> topics, std::string_view last_id);
  /// A place among the clients for a stream of another kind; given back when the handle goes.
  Outcome<std::shared_ptr<void>> place();

  /// Ends every stream at once; none begins any more.
  void stop();
  bool stopped() const;
  std::size_t clients() const { return clients_->load(std::memory_order_relaxed); }

 private:
  class Follower;
  struct Event {
    std::uint64_t id = 0;
    Topic topic = Topic::overview;
    std::string text;
  };
  struct Latest {
    std::string document;
    std::uint64_t id = 0;
  };

  void add(Topic topic, const std::string& news, std::string document);
  std::string snapshots(const std::set<Topic>& topics) const;
  std::string since(std::uint64_t id, const std::set<Topic>& topics) const;
  bool kept(std::uint64_t id) const;

  const Options options_;
  const ops::Gauge clients_gauge_;
  const ops::Counter dropped_;
  const std::shared_ptr<std::atomic<std::size_t>> clients_ = std::make_shared<std::atomic<std::size_t>>(0);
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> ring_;
  std::size_t ring_bytes_ = 0;
  std::array<Latest, all_topics.size()> latest_;
  std::uint64_t last_id_;
  bool stopped_ = false;
};

}  // namespace keel::dashboard

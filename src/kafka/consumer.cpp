#include "kafka/consumer.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "kafka/assignment.hpp"
#include "kafka/native.hpp"

namespace keel::kafka {
namespace {

using std::chrono::steady_clock;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, native::Destroy<rd_kafka_message_destroy>>;

/// What a `Fetched` shows: librdkafka's own messages, and their headers in one row.
struct FetchedBytes {
  std::vector<MessageHandle> messages;
  std::vector<Header> headers;
  /// Where each message's headers end in `headers`.
  std::vector<std::size_t> ends;
};

void gather_headers(const rd_kafka_message_t* message, std::vector<Header>& row) {
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    row.push_back({name, {static_cast<const char*>(value), size}});
  }
}

std::string_view view(const void* bytes, std::size_t size) { return {static_cast<const char*>(bytes), size}; }

void show(const std::shared_ptr<FetchedBytes>& bytes, Fetched& fetched) {
  fetched.messages.reserve(bytes->messages.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < bytes->messages.size(); ++i) {
    const rd_kafka_message_t& message = *bytes->messages[i];
    fetched.messages.push_back({rd_kafka_topic_name(message.rkt), message.partition, message.offset,
                                view(message.key, message.key_len), view(message.payload, message.len),
                                std::span(bytes->headers).subspan(begin, bytes->ends[i] - begin)});
    begin = bytes->ends[i];
  }
  fetched.bytes = bytes;
}

std::vector<Place> places_of(const rd_kafka_topic_partition_list_t& list) {
  std::vector<Place> places;
  for (int i = 0; i < list.cnt; ++i) places.push_back({list.elems[i].topic, list.elems[i].partition, 0});
  return places;
}

/// One librdkafka consumer, and what its callbacks told since the last look. They run inside our own poll.
struct Session : native::Sink {
  std::string servers;
  rd_kafka_t* client = nullptr;
  native::BrokerWatch watch;
  std::vector<Place> joined;
  std::vector<Place> left;

  explicit Session(std::chrono::milliseconds patience) : watch(patience) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (client != nullptr) rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

Session& session_of(void* opaque) { return *static_cast<Session*>(static_cast<native::Sink*>(opaque)); }

void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) session_of(opaque).watch.all_down(reason);
}

void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list, void* opaque) {
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    session_of(opaque).joined = places_of(*list);
    return;  // the caller assigns, when it knows where to begin
  }
  for (auto& place : places_of(*list)) session_of(opaque).left.push_back(std::move(place));
  session_of(opaque).joined.clear();
  rd_kafka_assign(client, nullptr);
}

Result<std::unique_ptr<Session>> open_session(const ConsumerOptions& options) {
  auto session = std::make_unique<Session>(options.client.rebuild_after);
  const auto longest_fetch =
      is_embedded(options.client.brokers) ? options.longest_embedded_fetch : options.longest_fetch;
  auto settings = native::Settings::of_client(options.client, session.get());
  if (!settings) return settings.fault();
  settings->set("group.id", options.group)
      .set("enable.auto.commit", "false")
      .set("enable.auto.offset.store", "false")
      .set("auto.offset.reset", "error")
      .set("isolation.level", "read_committed")
      .set("allow.auto.create.topics", "false")
      .set("partition.assignment.strategy", "range")
      .set("queued.min.messages", "10000")
      .set("queued.max.messages.kbytes", "16384")
      .set("fetch.wait.max.ms", std::to_string(longest_fetch.count()))
      .set("fetch.error.backoff.ms", "100");
  rd_kafka_conf_set_error_cb(settings->conf(), &on_error);
  rd_kafka_conf_set_rebalance_cb(settings->conf(), &on_rebalance);
  session->servers = settings->servers();
  const auto client = (*std::move(settings)).build(RD_KAFKA_CONSUMER);
  if (!client) return client.fault();
  session->client = *client;
  rd_kafka_poll_set_consumer(session->client);
  return session;
}

Fault refused(const Session& session, std::string_view doing, std::string_view why) {
  return Fault{.what = "Kafka at " + session.servers + " refused to " + std::string(doing) + ": " + std::string(why)};
}

Fault refused(const Session& session, std::string_view doing, rd_kafka_resp_err_t error) {
  return refused(session, doing, rd_kafka_err2str(error));
}

/// A partition that has just been made, or changes its leader.
bool is_passing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

class RdkafkaConsumer final : public Consumer {
 public:
  RdkafkaConsumer(ConsumerOptions options, std::unique_ptr<Session> session)
      : options_(std::move(options)), session_(std::move(session)) {}

  ~RdkafkaConsumer() override {
    if (group_mode() && !session_->watch.suspicious()) rd_kafka_consumer_close(session_->client);
  }
  RdkafkaConsumer(const RdkafkaConsumer&) = delete;
  RdkafkaConsumer& operator=(const RdkafkaConsumer&) = delete;

  Result<Done> subscribe() {
    if (!group_mode()) return Done{};
    const native::Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(options_.subscription.size())));
    for (const auto& topic : options_.subscription) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    const auto error = rd_kafka_subscribe(session_->client, list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return refused(*session_, "join the group " + options_.group, error);
    return Done{};
  }

  Result<Done> assign(std::span<const Place> places) override {
    assignment_.want(places);
    return tell_assignment();
  }

  Result<Done> seek(const Place& place) override {
    if (assignment_.seek(place)) return Done{};
    return Fault{.what = place.topic + "/" + std::to_string(place.partition) + " is not assigned: seek is refused"};
  }

  Result<Fetched> poll(std::chrono::milliseconds timeout, std::size_t limit) override {
    Fetched fetched;
    if (auto mended = mend(fetched); !mended) return mended.fault();
    if (auto told = tell_assignment(); !told) return told.fault();
    if (const auto early = assignment_.unsettled(steady_clock::now()); early.count() > 0) {
      std::this_thread::sleep_for(std::min(early, timeout));
      return fetched;
    }
    if (auto taken = take(timeout, limit, fetched); !taken) return taken.fault();
    fetched.left = std::exchange(session_->left, {});
    fetched.joined = std::exchange(session_->joined, {});
    assignment_.drop(fetched.left, steady_clock::now());
    return fetched;
  }

  Result<std::vector<std::int64_t>> end_offsets(std::string_view topic, std::span<const std::int32_t> partitions,
                                                std::chrono::milliseconds timeout) override {
    const auto give_up = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      auto ends = end_offsets_now(std::string(topic), partitions, timeout);
      if (ends || !is_passing(ends.error) || std::chrono::steady_clock::now() >= give_up) return std::move(ends.answer);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  void leave_hint(std::span<const Place> places) override {
    rd_kafka_commit(session_->client, partition_list(places).get(), /*async=*/1);
  }

 private:
  struct Ends {
    Result<std::vector<std::int64_t>> answer;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    explicit operator bool() const { return bool(answer); }
  };

  Ends end_offsets_now(const std::string& topic, std::span<const std::int32_t> partitions,
                       std::chrono::milliseconds timeout) {
    const native::Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const auto partition : partitions) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = RD_KAFKA_OFFSET_END;
    }
    const auto error = rd_kafka_offsets_for_times(session_->client, list.get(), native::milliseconds(timeout));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return {refused(*session_, "tell the end of topic " + topic, error), error};
    std::vector<std::int64_t> ends;
    for (const auto partition : partitions) {
      const auto* found = rd_kafka_topic_partition_list_find(list.get(), topic.c_str(), partition);
      if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return {refused(*session_, "tell the end of " + topic + "/" + std::to_string(partition), found->err),
                found->err};
      }
      ends.push_back(found->offset);
    }
    return {std::move(ends)};
  }

  bool group_mode() const { return !options_.subscription.empty(); }

  Result<Done> tell_assignment() {
    const auto error = assignment_.tell(session_->client, steady_clock::now());
    if (!error.empty()) return refused(*session_, "assign partitions", error);
    return Done{};
  }

  /// A broker that came back elsewhere is found only by a new client.
  Result<Done> mend(Fetched& fetched) {
    if (!session_->watch.gone(session_->client)) return Done{};
    auto fresh = open_session(options_);
    if (!fresh) return fresh.fault();
    session_ = *std::move(fresh);
    fetched.reconnected = true;
    if (group_mode()) {
      session_->left = assignment_.give_up();
      return subscribe();
    }
    assignment_.begin_anew();
    return tell_assignment();
  }

  Result<Done> take(std::chrono::milliseconds timeout, std::size_t limit, Fetched& fetched) {
    auto bytes = std::make_shared<FetchedBytes>();
    int wait = native::milliseconds(timeout);
    while (bytes->messages.size() < limit) {
      MessageHandle message(rd_kafka_consumer_poll(session_->client, wait));
      if (!message) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (auto told = note(*message, fetched); !told) return told.fault();
        wait = 0;
        continue;
      }
      wait = 0;
      session_->watch.alive();
      Place* place = assignment_.find(rd_kafka_topic_name(message->rkt), message->partition);
      if (place == nullptr) continue;  // was fetched before it was taken away
      place->offset = message->offset + 1;
      gather_headers(message.get(), bytes->headers);
      bytes->ends.push_back(bytes->headers.size());
      bytes->messages.push_back(std::move(message));
    }
    show(bytes, fetched);
    return Done{};
  }

  Result<Done> note(const rd_kafka_message_t& message, Fetched& fetched) {
    const auto error = message.err;
    if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      fetched.gone.push_back({rd_kafka_topic_name(message.rkt), message.partition, message.offset});
      return Done{};
    }
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
        error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) {
      return Fault{.what = "Kafka at " + session_->servers + " does not have what is to be read: " +
                           rd_kafka_message_errstr(&message) + "; create it with: keel migrate"};
    }
    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
        error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR__FATAL) {
      return refused(*session_, "read", error);
    }
    return Done{};  // the client tries again by itself
  }

  ConsumerOptions options_;
  std::unique_ptr<Session> session_;
  Assignment assignment_{group_mode()};
};

}  // namespace

Result<std::unique_ptr<Consumer>> open_consumer(const ConsumerOptions& options) {
  auto session = open_session(options);
  if (!session) return session.fault();
  auto consumer = std::make_unique<RdkafkaConsumer>(options, *std::move(session));
  if (auto joined = consumer->subscribe(); !joined) return joined.fault();
  return std::unique_ptr<Consumer>(std::move(consumer));
}

}  // namespace keel::kafka

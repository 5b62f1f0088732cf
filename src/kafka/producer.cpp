#include "kafka/producer.hpp"

#include <array>
#include <utility>

#include "kafka/native.hpp"

namespace keel::kafka {
namespace {

using Headers = std::unique_ptr<rd_kafka_headers_t, native::Destroy<rd_kafka_headers_destroy>>;

Headers native_headers(std::span<const Header> headers) {
  Headers list(rd_kafka_headers_new(headers.size()));
  for (const auto& [name, value] : headers) {
    rd_kafka_header_add(list.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return list;
}

rd_kafka_vu_t unit(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, std::string_view content) {
  rd_kafka_vu_t made = unit(type);
  made.u.mem.ptr = const_cast<char*>(content.data());
  made.u.mem.size = content.size();
  return made;
}

/// The idempotent producer of librdkafka.
class RdkafkaProducer final : public Producer {
 public:
  RdkafkaProducer(rd_kafka_t* client, std::unique_ptr<native::Sink> sink, const ProducerOptions& options)
      : sink_(std::move(sink)),
        client_(client),
        topic_(rd_kafka_topic_new(client, options.topic.c_str(), nullptr)),
        reports_(rd_kafka_queue_get_main(client)),
        watch_(options.client.rebuild_after) {}

  ~RdkafkaProducer() override {
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    topic_.reset();
    reports_.reset();
    rd_kafka_destroy(client_);
  }

  RdkafkaProducer(const RdkafkaProducer&) = delete;
  RdkafkaProducer& operator=(const RdkafkaProducer&) = delete;

  Result<Queued> produce(std::int32_t partition, const Outgoing& message, std::uint64_t tag) override {
    Headers headers = native_headers(message.headers);
    const native::Error error(send(partition, message, headers.get(), tag));
    if (!error) {
      static_cast<void>(headers.release());  // the message's now
      return Queued::yes;
    }
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Queued::full;
    return Fault{.what = std::string("Kafka takes no message for ") + rd_kafka_topic_name(topic_.get()) +
                         " partition " + std::to_string(partition) + ": " + rd_kafka_error_string(error.get())};
  }

  std::span<const Delivery> poll(std::chrono::milliseconds timeout) override {
    deliveries_.clear();
    int wait = native::milliseconds(timeout);
    while (const native::Event event{rd_kafka_queue_poll(reports_.get(), wait)}) {
      take(event.get());
      wait = 0;
    }
    return deliveries_;
  }

  std::optional<Fault> failure() override {
    char why[512];
    if (rd_kafka_fatal_error(client_, why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fault{Fault::Outcome::unknown, std::string("the Kafka producer turned fatal: ") + why};
    }
    if (watch_.gone(client_)) return Fault{Fault::Outcome::unknown, "the Kafka broker is gone: " + watch_.why()};
    return std::nullopt;
  }

 private:
  rd_kafka_error_t* send(std::int32_t partition, const Outgoing& message, rd_kafka_headers_t* headers,
                         std::uint64_t tag) {
    std::array<rd_kafka_vu_t, 7> units{unit(RD_KAFKA_VTYPE_RKT),
                                       unit(RD_KAFKA_VTYPE_PARTITION),
                                       bytes(RD_KAFKA_VTYPE_KEY, message.key),
                                       bytes(RD_KAFKA_VTYPE_VALUE, message.value),
                                       unit(RD_KAFKA_VTYPE_MSGFLAGS),
                                       unit(RD_KAFKA_VTYPE_OPAQUE),
                                       unit(RD_KAFKA_VTYPE_HEADERS)};
    units[0].u.rkt = topic_.get();
    units[1].u.i32 = partition;
    units[4].u.i = RD_KAFKA_MSG_F_COPY;
    units[5].u.ptr = reinterpret_cast<void*>(tag);  // NOLINT(performance-no-int-to-ptr): a number that comes back
    units[6].u.headers = headers;
    return rd_kafka_produceva(client_, units.data(), units.size());
  }

  void take(rd_kafka_event_t* event) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) return note_error(event);
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
      const bool sent = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
      if (sent) watch_.alive();
      deliveries_.push_back({message->partition, reinterpret_cast<std::uint64_t>(message->_private),
                             sent ? std::string() : std::string(rd_kafka_err2str(message->err))});
    }
  }

  void note_error(rd_kafka_event_t* event) {
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      watch_.all_down(rd_kafka_event_error_string(event));
    }
  }

  std::unique_ptr<native::Sink> sink_;
  rd_kafka_t* client_;
  native::TopicHandle topic_;
  native::Queue reports_;
  native::BrokerWatch watch_;
  std::vector<Delivery> deliveries_;
};

bool has_lz4(rd_kafka_conf_t* conf) {
  char features[512];
  std::size_t size = sizeof features;
  if (rd_kafka_conf_get(conf, "builtin.features", features, &size) != RD_KAFKA_CONF_OK) return false;
  return std::string_view(features).find("lz4") != std::string_view::npos;
}

/// Not for the embedded broker: it keeps so many bytes of each partition, and searches the message sets among them one
/// by one. Small ones are many.
bool worth_compressing(const ClientOptions& client, rd_kafka_conf_t* conf) {
  if (client.properties.contains("compression.codec")) return false;
  return !is_embedded(client.brokers) && has_lz4(conf);
}

void promise(native::Settings& settings, const ProducerOptions& options) {
  settings.set("enable.idempotence", "true")
      .set("acks", "all")
      .set("max.in.flight.requests.per.connection", "5")
      .set("message.timeout.ms", "0")
      .set("linger.ms", std::to_string(std::chrono::duration<double, std::milli>(options.linger).count()))
      .set("queue.buffering.max.messages", std::to_string(options.queued_messages))
      .set("queue.buffering.max.kbytes", std::to_string(options.queued_kibibytes))
      .set("message.max.bytes", std::to_string(options.message_bytes));
  rd_kafka_conf_set_events(settings.conf(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
}

}  // namespace

Result<std::unique_ptr<Producer>> open_producer(const ProducerOptions& options) {
  auto sink = std::make_unique<native::Sink>();
  auto settings = native::Settings::of_client(options.client, sink.get());
  if (!settings) return settings.fault();
  if (worth_compressing(options.client, settings->conf())) settings->set("compression.codec", "lz4");
  promise(*settings, options);
  const auto client = (*std::move(settings)).build(RD_KAFKA_PRODUCER);
  if (!client) return client.fault();
  return std::unique_ptr<Producer>(std::make_unique<RdkafkaProducer>(*client, std::move(sink), options));
}

}  // namespace keel::kafka

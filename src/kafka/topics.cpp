#include "kafka/topics.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "kafka/native.hpp"

namespace keel::kafka {
namespace {

using Metadata = std::unique_ptr<const struct rd_kafka_metadata, native::Destroy<rd_kafka_metadata_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, native::Destroy<rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, native::Destroy<rd_kafka_AdminOptions_destroy>>;

/// A client that asks and creates, never produces.
class Admin {
 public:
  static Result<std::unique_ptr<Admin>> open(const ClientOptions& options) {
    auto admin = std::unique_ptr<Admin>(new Admin);
    auto settings = native::Settings::of_client(options, &admin->sink_);
    if (!settings) return settings.fault();
    admin->servers_ = settings->servers();
    const auto client = (*std::move(settings)).build(RD_KAFKA_PRODUCER);
    if (!client) return client.fault();
    admin->client_ = *client;
    return admin;
  }

  ~Admin() {
    if (client_ != nullptr) rd_kafka_destroy(client_);
  }
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  rd_kafka_t* client() const { return client_; }
  const std::string& servers() const { return servers_; }

  /// All topics: asking for one by name would make some brokers create it.
  Result<Metadata> topics(std::chrono::milliseconds timeout) const {
    const struct rd_kafka_metadata* found = nullptr;
    const auto error = rd_kafka_metadata(client_, 1, nullptr, &found, native::milliseconds(timeout));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Metadata(found);
    return Fault{.what = "Kafka at " + servers_ + " cannot be reached: " + rd_kafka_err2str(error) +
                         "; start it, or correct kafka.brokers"};
  }

 private:
  Admin() = default;
  native::Sink sink_;
  rd_kafka_t* client_ = nullptr;
  std::string servers_;
};

const struct rd_kafka_metadata_topic* find(const struct rd_kafka_metadata& found, const std::string& name) {
  for (int i = 0; i < found.topic_cnt; ++i) {
    if (name == found.topics[i].topic) return &found.topics[i];
  }
  return nullptr;
}

Fault wrong_count(const Topic& topic, std::int32_t partitions, const std::string& servers) {
  std::string what = "topic " + topic.name + " on " + servers + " has " + std::to_string(partitions) +
                     " partitions, but its context has " + std::to_string(topic.partitions) + " lanes; mend it with: ";
  const std::string command = "kafka-topics.sh --bootstrap-server " + servers + " --topic " + topic.name;
  if (partitions < topic.partitions) {
    what += command + " --alter --partitions " + std::to_string(topic.partitions);
  } else {
    what += command + " --delete, then `keel migrate` (the journal keeps the events; projections heal from it)";
  }
  return Fault{.what = std::move(what)};
}

/// The topics that are missing. Fault: one of the others has another count.
Result<std::vector<Topic>> missing_topics(const Admin& admin, std::span<const Topic> topics,
                                          std::chrono::milliseconds timeout) {
  const auto found = admin.topics(timeout);
  if (!found) return found.fault();
  std::vector<Topic> missing;
  for (const auto& topic : topics) {
    const auto* there = find(**found, topic.name);
    if (there == nullptr) {
      missing.push_back(topic);
    } else if (there->partition_cnt != topic.partitions) {
      return wrong_count(topic, there->partition_cnt, admin.servers());
    }
  }
  return missing;
}

Result<NewTopic> to_native(const Topic& topic, const TopicCreation& creation) {
  char why[512];
  NewTopic made(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, creation.replication_factor, why, sizeof why));
  if (!made) return Fault{.what = "topic " + topic.name + " cannot be created: " + why};
  for (const auto& [name, value] : creation.settings) {
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  }
  return made;
}

Result<Done> verdict(rd_kafka_event_t* event, const std::string& servers) {
  const Fault silent{Fault::Outcome::unknown, "Kafka at " + servers + " did not create the topics: "};
  if (event == nullptr) return Fault{silent.outcome, silent.what + "no answer in time"};
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fault{silent.outcome, silent.what + rd_kafka_event_error_string(event)};
  }
  std::size_t count = 0;
  const auto results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* why = rd_kafka_topic_result_error_string(results[i]);
    return Fault{.what = "Kafka at " + servers + " did not create topic " + rd_kafka_topic_result_name(results[i]) +
                         ": " + (why != nullptr ? why : rd_kafka_err2str(error))};
  }
  return Done{};
}

Result<Done> create(const Admin& admin, std::span<const Topic> topics, const TopicCreation& creation,
                    std::chrono::milliseconds timeout) {
  std::vector<NewTopic> owned;
  std::vector<rd_kafka_NewTopic_t*> asked;
  for (const auto& topic : topics) {
    auto made = to_native(topic, creation);
    if (!made) return made.fault();
    asked.push_back(made->get());
    owned.push_back(*std::move(made));
  }
  const AdminOptions options(rd_kafka_AdminOptions_new(admin.client(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  char why[512];
  const int patience = native::milliseconds(timeout);
  rd_kafka_AdminOptions_set_request_timeout(options.get(), patience, why, sizeof why);
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), patience, why, sizeof why);
  const native::Queue answers(rd_kafka_queue_new(admin.client()));
  rd_kafka_CreateTopics(admin.client(), asked.data(), asked.size(), options.get(), answers.get());
  const native::Event event(rd_kafka_queue_poll(answers.get(), patience + 1000));
  return verdict(event.get(), admin.servers());
}

bool is_led(const struct rd_kafka_metadata_topic& topic) {
  return std::all_of(topic.partitions, topic.partitions + topic.partition_cnt,
                     [](const rd_kafka_metadata_partition& each) { return each.leader >= 0; });
}

/// Kafka says "created" before all of it knows: waits until every topic is shown, each partition with a leader.
Result<Done> await(const Admin& admin, std::span<const Topic> topics, std::chrono::milliseconds timeout) {
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto found = admin.topics(timeout);
    if (!found) return found.fault();
    const auto waited_for = std::find_if(topics.begin(), topics.end(), [&](const Topic& topic) {
      const auto* there = find(**found, topic.name);
      return there == nullptr || !is_led(*there);
    });
    if (waited_for == topics.end()) return Done{};
    if (std::chrono::steady_clock::now() >= give_up) {
      return Fault{Fault::Outcome::unknown, "Kafka at " + admin.servers() + " created topic " + waited_for->name +
                                                ", but does not show it yet; try again"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<Done> check_topics(const ClientOptions& client, std::span<const Topic> topics,
                          std::chrono::milliseconds timeout) {
  const auto admin = Admin::open(client);
  if (!admin) return admin.fault();
  const auto missing = missing_topics(**admin, topics, timeout);
  if (!missing) return missing.fault();
  if (missing->empty()) return Done{};
  return Fault{.what = "topic " + missing->front().name + " is missing on Kafka at " + (*admin)->servers() +
                       "; create it with: keel migrate"};
}

Result<std::vector<std::string>> ensure_topics(const ClientOptions& client, std::span<const Topic> topics,
                                               const TopicCreation& creation, std::chrono::milliseconds timeout) {
  const auto admin = Admin::open(client);
  if (!admin) return admin.fault();
  const auto missing = missing_topics(**admin, topics, timeout);
  if (!missing) return missing.fault();
  std::vector<std::string> names;
  if (missing->empty()) return names;
  if (const auto created = create(**admin, *missing, creation, timeout); !created) return created.fault();
  if (const auto shown = await(**admin, *missing, timeout); !shown) return shown.fault();
  for (const auto& topic : *missing) names.push_back(topic.name);
  return names;
}

}  // namespace keel::kafka

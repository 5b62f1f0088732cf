#include "kafka/broker.hpp"

#include <fstream>
#include <utility>

#include "kafka/native.hpp"

#include <librdkafka/rdkafka_mock.h>  // after rdkafka.h

namespace keel::kafka {
namespace {

constexpr int one_broker = 1;

using Cluster = std::unique_ptr<rd_kafka_mock_cluster_t, native::Destroy<rd_kafka_mock_cluster_destroy>>;
using Client = std::unique_ptr<rd_kafka_t, native::Destroy<rd_kafka_destroy>>;

class MockBroker final : public EmbeddedBroker {
 public:
  MockBroker(Client host, Cluster cluster)
      : host_(std::move(host)),
        cluster_(std::move(cluster)),
        address_(rd_kafka_mock_cluster_bootstraps(cluster_.get())) {}

  const std::string& address() const override { return address_; }

  Result<Done> make(const Topic& topic) {
    const auto error = rd_kafka_mock_topic_create(cluster_.get(), topic.name.c_str(), topic.partitions, one_broker);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Done{};
    return Fault{.what = "the embedded broker cannot make topic " + topic.name + " with " +
                         std::to_string(topic.partitions) + " partitions: " + rd_kafka_err2str(error)};
  }

 private:
  Client host_;
  Cluster cluster_;
  std::string address_;
};

Result<std::unique_ptr<MockBroker>> start_cluster() {
  char why[512];
  native::Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  Client host(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why, sizeof why));
  if (!host) return Fault{.what = std::string("the embedded broker cannot start: ") + why};
  static_cast<void>(conf.release());  // the client's now
  Cluster cluster(rd_kafka_mock_cluster_new(host.get(), one_broker));
  if (!cluster) return Fault{.what = "the embedded broker cannot listen on 127.0.0.1: no free port"};
  return std::make_unique<MockBroker>(std::move(host), std::move(cluster));
}

Result<Done> tell_address(const std::filesystem::path& file, const std::string& address) {
  const std::filesystem::path draft = file.string() + ".new";
  std::ofstream out(draft, std::ios::trunc);
  out << address << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(draft, file, error);
  if (out && !error) return Done{};
  return Fault{.what = "the broker's address cannot be written to " + file.string() +
                       (error ? ": " + error.message() : std::string()) + "; is its directory there and writable?"};
}

}  // namespace

Result<std::unique_ptr<EmbeddedBroker>> start_broker(const BrokerOptions& options) {
  auto broker = start_cluster();
  if (!broker) return broker.fault();
  for (const auto& topic : options.topics) {
    if (const auto made = (*broker)->make(topic); !made) return made.fault();
  }
  if (!options.address_file.empty()) {
    if (const auto told = tell_address(options.address_file, (*broker)->address()); !told) return told.fault();
  }
  return std::unique_ptr<EmbeddedBroker>(*std::move(broker));
}

}  // namespace keel::kafka

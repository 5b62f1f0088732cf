#include "kafka/broker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <fstream>
#include <string_view>
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

bool listens_on(int socket, std::string_view port) {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  int listens = 0;
  socklen_t width = sizeof listens;
  return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &width) == 0 && listens != 0 &&
         getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) == 0 && bound.sin_family == AF_INET &&
         std::to_string(ntohs(bound.sin_port)) == port;
}

/// The kernel would hold back every small answer until the client acknowledges the one before it, which it does after
/// 40 ms (Nagle's algorithm against delayed acknowledgements). Apache Kafka turns that off; the library neither does
/// nor hands out its sockets. But what is accepted inherits from the socket that listens, and that is the one on our
/// port.
void answer_at_once(std::string_view address) {
  const auto port = address.substr(address.rfind(':') + 1);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename();
    int socket = -1;
    std::from_chars(name.data(), name.data() + name.size(), socket);
    const int yes = 1;
    if (listens_on(socket, port)) setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
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
  answer_at_once((*broker)->address());
  for (const auto& topic : options.topics) {
    if (const auto made = (*broker)->make(topic); !made) return made.fault();
  }
  if (!options.address_file.empty()) {
    if (const auto told = tell_address(options.address_file, (*broker)->address()); !told) return told.fault();
  }
  return std::unique_ptr<EmbeddedBroker>(*std::move(broker));
}

}  // namespace keel::kafka

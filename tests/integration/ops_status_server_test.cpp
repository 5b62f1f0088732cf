#include "ops/status_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace keel::ops {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }

  std::string ask(const std::string& request) const {
    ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(socket_, piece, sizeof piece, 0)) > 0;)
      answer.append(piece, static_cast<std::size_t>(got));
    return answer;
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::string ask(int port, const std::string& method, const std::string& path) {
  return Connection(port).ask(method + " " + path +
                              " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

json body_of(const std::string& answer) { return json::parse(answer.substr(answer.find("\r\n\r\n") + 4)); }

class StatusServerTest : public testing::Test {
 protected:
  static StatusOptions options() {
    StatusOptions options;
    options.listen = "127.0.0.1:0";
    options.version = {{"version", "0.1.0"}, {"commit", "abc"}};
    return options;
  }

  std::string get(const std::string& path) const { return ask(server->port(), "GET", path); }

  Checks alive;
  Checks ready;
  Metrics metrics;
  std::unique_ptr<StatusServer> server = *StatusServer::start(options(), alive, ready, metrics);
};

TEST_F(StatusServerTest, TellsMetricsAsPrometheusReadsThem) {
  metrics.counter("keel_things_total", "Things.").add(2);
  const std::string answer = get("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_THAT(answer, HasSubstr("keel_things_total 2\n"));
}

TEST_F(StatusServerTest, IsReadyOnlyWhenEveryCheckIsWellAndSaysWhyNot) {
  std::atomic<bool> connected{false};
  ready.add("journal", [&]() -> std::optional<std::string> {
    return connected ? std::nullopt : std::optional<std::string>("cannot reach \"db\"\n\xFF");
  });
  ready.add("lanes", [] { return std::optional<std::string>(); });
  const std::string failing = get("/readyz");
  EXPECT_THAT(failing, StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(body_of(failing), json::parse(R"({"status":"failing","checks":[
      {"name":"journal","status":"failing","why":"cannot reach \"db\"\n\\xff"},{"name":"lanes","status":"ok"}]})"));
  connected = true;
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(StatusServerTest, IsAliveWhileNotReady) {
  ready.add("journal", [] { return std::optional<std::string>("away"); });
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(body_of(get("/livez"))["status"], "ok");
  alive.add("scheduler", [] { return std::optional<std::string>("stuck for 30 s"); });
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 503"));
}

TEST_F(StatusServerTest, TellsItsVersion) {
  EXPECT_EQ(body_of(get("/version")), json::parse(R"({"version":"0.1.0","commit":"abc"})"));
}

TEST_F(StatusServerTest, RefusesOtherPathsAndMethods) {
  EXPECT_THAT(get("/"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(get("/metrics/../etc/passwd"), StartsWith("HTTP/1.1 404"));
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_THAT(ask(server->port(), method, "/metrics"), StartsWith("HTTP/1.1 405")) << method;
  }
}

TEST_F(StatusServerTest, SurvivesGarbage) {
  EXPECT_THAT(Connection(server->port()).ask("\x16\x03\x01garbage\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
}

TEST_F(StatusServerTest, AnswersWhileIdleConnectionsAreOpen) {
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 12; ++i) idle.push_back(std::make_unique<Connection>(server->port()));
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
}

/// httplib's default lets a second process take the same port in silence.
TEST_F(StatusServerTest, NeverSharesItsPortAndSaysSo) {
  StatusOptions taken = options();
  taken.listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = StatusServer::start(taken, alive, ready, metrics);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.fault().what,
              HasSubstr("status server: cannot listen on " + taken.listen + ": Address already in use"));
  EXPECT_THAT(second.fault().what, HasSubstr("configure another address"));
}

TEST_F(StatusServerTest, FaultsOnAnAddressThatIsNoneOrNotOurs) {
  StatusOptions bad = options();
  bad.listen = "nonsense";
  EXPECT_THAT(StatusServer::start(bad, alive, ready, metrics).fault().what, HasSubstr("it is no address"));
  bad.listen = "192.0.2.1:9464";
  EXPECT_THAT(StatusServer::start(bad, alive, ready, metrics).fault().what,
              HasSubstr("Cannot assign requested address"));
}

TEST_F(StatusServerTest, FreesItsPortWhenItEnds) {
  StatusOptions again = options();
  again.listen = "127.0.0.1:" + std::to_string(server->port());
  server.reset();
  EXPECT_FALSE(Connection(std::stoi(again.listen.substr(10))).connected());
  EXPECT_TRUE(StatusServer::start(again, alive, ready, metrics));
}

}  // namespace
}  // namespace keel::ops

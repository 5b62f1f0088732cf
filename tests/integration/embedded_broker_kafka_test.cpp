#include "kafka/broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "kafka/topics.hpp"

namespace keel::kafka {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Of this process's sockets that are connected at `port` of ours: whether each sends small pieces at once.
std::vector<bool> send_at_once(int port) {
  std::vector<bool> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const std::string name = entry.path().filename();
    int socket = -1;
    std::from_chars(name.data(), name.data() + name.size(), socket);
    sockaddr_in here{};
    sockaddr_in there{};
    socklen_t here_size = sizeof here;
    socklen_t there_size = sizeof there;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0) continue;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0) continue;
    if (here.sin_family != AF_INET || ntohs(here.sin_port) != port) continue;
    int yes = 0;
    socklen_t width = sizeof yes;
    getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, &width);
    found.push_back(yes != 0);
  }
  return found;
}

TEST(EmbeddedBrokerStart, HoldsNoAnswerBack) {
  const auto broker = start_broker({.topics = {{"probe", 1}}});
  ASSERT_TRUE(broker) << broker.fault().what;
  const std::string& address = (*broker)->address();
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  there.sin_port = htons(static_cast<std::uint16_t>(port));
  ASSERT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&there), sizeof there), 0);
  ASSERT_TRUE(check_topics({.brokers = address}, {}, 20s));  // so the connection before it is accepted, too
  EXPECT_THAT(send_at_once(port), AllOf(Not(IsEmpty()), Each(true)));
  ::close(client);
}

TEST(EmbeddedBrokerStart, SaysWhenTheAddressCannotBeWritten) {
  const auto broker = start_broker({.topics = {}, .address_file = "/nonexistent/directory/address"});
  ASSERT_FALSE(broker);
  EXPECT_THAT(broker.fault().what, HasSubstr("/nonexistent/directory/address"));
}

}  // namespace
}  // namespace keel::kafka

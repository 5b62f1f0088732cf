#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace keel::test {

/// Many customers who put items into carts at once and never give up: each call is repeated with the same request id
/// until it is acknowledged. Remembers every acknowledgement, so that a test can hold the journal against them.
class CartCrowd {
 public:
  struct Acknowledged {
    std::string request_id;
    std::string cart_id;
    std::string line_id;
    std::int64_t version = 0;
    std::string token;
    /// Request and response, byte for byte.
    std::string request;
    std::string response;
    int tries = 1;
  };

  /// Starts `customers` threads, each with one call in flight all the time, over `carts` carts.
  CartCrowd(const std::function<std::shared_ptr<grpc::Channel>()>& connect, int customers, int carts);
  ~CartCrowd();

  /// Calls that were sent and are not answered.
  int in_flight() const { return in_flight_; }
  std::size_t acknowledged_count() const;
  /// Lets every call in flight come to its acknowledgement, then ends. Fails the test when one never does.
  std::vector<Acknowledged> finish();
  /// What was answered although it must not have been: refusals, changed replies. Empty when all is well.
  std::vector<std::string> complaints() const;

 private:
  void shop(const std::shared_ptr<grpc::Channel>& channel, int customer);

  const int carts_;
  const std::string run_;
  std::atomic<bool> closing_{false};
  std::atomic<int> in_flight_{0};
  mutable std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<std::string> complaints_;
  std::vector<std::thread> customers_;
};

}  // namespace keel::test

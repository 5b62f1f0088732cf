#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "bench/load.hpp"
#include "keel/cart/v1/queries.grpc.pb.h"

namespace keel::bench {

/// Asks the query server for what was just written, with the write's token, and then once more without: the first says
/// when the write became visible, the second what such a query costs under the same load. Any thread.
class Follower {
 public:
  /// Counts what begins `warm_up` from now on.
  Follower(const std::shared_ptr<grpc::Channel>& query, std::chrono::milliseconds warm_up);
  /// Waits for everything under way.
  ~Follower();

  void follow(const std::string& cart_id, const std::string& token);
  void await_all();

  /// From the write's answer to the query's that contains it.
  Outcome visible(std::chrono::milliseconds measured) const { return of_length(visible_, measured); }
  /// The same query without a token.
  Outcome plain(std::chrono::milliseconds measured) const { return of_length(plain_, measured); }

 private:
  struct Call;
  void ask(std::shared_ptr<Call> call, Outcome& outcome, std::function<void()> after);
  void end_of(std::chrono::steady_clock::time_point asked, const grpc::Status& status, Outcome& outcome);
  static Outcome of_length(Outcome outcome, std::chrono::milliseconds measured);

  const std::unique_ptr<cart::v1::CartQueryService::Stub> stub_;
  const std::chrono::steady_clock::time_point begin_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int under_way_ = 0;
  Outcome visible_;
  Outcome plain_;
};

/// Commands over carts; every `every`-th answer is followed.
std::unique_ptr<Workload> followed_carts(const std::string& prefix, int carts, int every, Follower& follower);

}  // namespace keel::bench

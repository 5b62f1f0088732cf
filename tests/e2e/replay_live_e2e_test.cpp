// Acceptance: a projection is rebuilt, verified, promoted and rolled back while commands and queries go on. No query
// fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "keel/cart/v1/queries.grpc.pb.h"
#include "support/cart_crowd.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

/// Asks for a cart again and again, and counts.
class Asking {
 public:
  Asking(std::shared_ptr<grpc::Channel> channel, std::string cart)
      : stub_(cart::v1::CartQueryService::NewStub(std::move(channel))),
        cart_(std::move(cart)),
        thread_([this] { ask(); }) {}
  ~Asking() {
    ended_ = true;
    thread_.join();
  }
  int answered() const { return answered_; }
  int failed() const { return failed_; }

 private:
  void ask() {
    while (!ended_) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
      cart::v1::GetCartRequest request;
      request.set_cart_id(cart_);
      cart::v1::GetCartResponse response;
      const auto status = stub_->GetCart(&context, request, &response);
      ++(status.ok() ? answered_ : failed_);
      if (!status.ok()) ADD_FAILURE() << status.error_message();
    }
  }

  std::unique_ptr<cart::v1::CartQueryService::Stub> stub_;
  const std::string cart_;
  std::atomic<int> answered_{0};
  std::atomic<int> failed_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

class ReplayLiveTest : public ::testing::Test {
 protected:
  ReplayLiveTest() {
    for (const auto* role : {"command", "projector", "query"}) system_.start(role);
  }
  void replay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    const auto ran = system_.run(arguments);
    ASSERT_EQ(ran.code, 0) << ran.output;
  }
  std::string live() { return system_.read_store().value("SELECT live FROM projections WHERE projection = 'carts'"); }
  std::string any_cart() { return system_.read_store().value("SELECT cart_id FROM carts_g1 LIMIT 1"); }

  KeelSystem system_;
};

TEST_F(ReplayLiveTest, QueriesNeverStopWhileAProjectionIsRebuiltVerifiedPromotedAndRolledBack) {
  CartCrowd crowd([this] { return system_.channel("command"); }, 16, 40);
  ASSERT_TRUE(eventually([&] { return !any_cart().empty(); }));
  Asking asking(system_.channel("query"), any_cart());
  replay({"rebuild", "carts", "--yes"});
  replay({"verify", "carts", "--generation", "2"});
  const auto before = asking.answered();
  replay({"promote", "carts", "--yes", "--patience", "10000"});
  EXPECT_EQ(live(), "2");
  replay({"verify", "carts"});
  replay({"rollback", "carts", "--yes", "--patience", "10000"});
  EXPECT_EQ(live(), "1");
  replay({"promote", "carts", "--generation", "2", "--yes", "--patience", "10000"});
  EXPECT_TRUE(eventually([&] { return asking.answered() > before + 100; }));
  EXPECT_EQ(asking.failed(), 0);
  replay({"verify", "carts"});
}

}  // namespace
}  // namespace keel::test

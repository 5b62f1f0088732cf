#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "demo/crowd.hpp"
#include "demo/flash_sale.hpp"
#include "demo/latencies.hpp"
#include "demo/purchase_watch.hpp"

namespace keel::demo {

/// What the buyers of a flash sale were told.
struct Told {
  std::atomic<std::int64_t> sold = 0;
  std::atomic<std::int64_t> refused = 0;
  /// Second calls with the same request id, and those of them whose reply was another than the first one's.
  std::atomic<std::int64_t> duplicates = 0;
  std::atomic<std::int64_t> differing_replies = 0;
  /// Until Buy was answered, and until the buyer knew what became of it.
  Latencies accepted;
  Latencies decided;
};

/// The crowd in front of the shop. One object a run.
class Buyers {
 public:
  Buyers(Client& client, const FlashSale& sale, std::string run) : client_(client), sale_(sale), run_(std::move(run)) {}

  /// Everybody buys; returns when everybody knows.
  void buy();

  std::string sku() const { return run_ + "/sneaker"; }
  std::string cart_id(std::size_t buyer) const { return run_ + "/cart/" + std::to_string(buyer); }

  Told& told() { return told_; }
  /// Which buyers were told that they have the item.
  const std::set<std::size_t>& lucky() const { return lucky_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Buyer;
  void buy_one(std::size_t number, Done done);
  void send(const std::shared_ptr<Buyer>& buyer);
  void answered(const std::shared_ptr<Buyer>& buyer, const Outcome<purchase::v1::BuyResponse>& outcome);
  void watch(const std::shared_ptr<Buyer>& buyer, const std::string& token);
  void decided(const Buyer& buyer, const Verdict& verdict);
  void complain(std::string text);

  Client& client_;
  const FlashSale& sale_;
  const std::string run_;
  Told told_;
  std::mutex mutex_;
  std::set<std::size_t> lucky_;
  std::vector<std::string> complaints_;
};

}  // namespace keel::demo

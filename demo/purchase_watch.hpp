#pragma once

#include <functional>
#include <string>

#include "demo/client.hpp"

namespace keel::demo {

/// What became of a purchase, or why that could not be found out.
struct Verdict {
  grpc::Status status;
  purchase::v1::Purchase purchase;

  purchase::v1::PurchaseStatus where() const { return purchase.status(); }
};

/// Which state the watcher waits for.
enum class Until { in_cart, end };

/// True when the purchase has got as far, or can get no further.
bool has_come(purchase::v1::PurchaseStatus status, Until until);

/// Watches a purchase, from the moment that `token` stands for (now, when it is empty), until it is in the cart or at
/// its end. Watches again when the stream breaks. `done` is called once, on a thread of gRPC.
void watch_purchase(Client& client, std::string purchase_id, std::string token, Until until,
                    std::function<void(Verdict)> done);

}  // namespace keel::demo

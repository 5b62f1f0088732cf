#pragma once

#include <memory>
#include <string>
#include <vector>

#include "keel/cart/v1/commands.grpc.pb.h"

namespace keel::bench {

/// Asks carts what an AddItem would come to, and changes nothing (`validate_only`).
class Asking {
 public:
  explicit Asking(const std::string& command_address);
  /// Blocks until the answer. Throws std::runtime_error when there is none.
  void ask(const std::string& cart_id);

 private:
  std::unique_ptr<cart::v1::CartCommandService::Stub> stub_;
};

/// Asks all of them at the same time and blocks until the last answer. Milliseconds from the first question to the last
/// answer. Throws std::runtime_error when one fails.
double ask_all_at_once(const std::string& command_address, const std::vector<std::string>& cart_ids);

}  // namespace keel::bench

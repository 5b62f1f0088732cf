#pragma once

#include <string>

#include "keel/cart/v1/commands.pb.h"

namespace keel::bench {

/// Stands in a template where every call has a request id of its own.
inline const std::string any_request_id = "01890a5d-ac96-774b-bcce-b302099a8057";

/// What every bench puts into a cart: six of one thing, as "line-1"; and how it is taken out again.
cart::v1::AddItemRequest adding_to(const std::string& cart_id);
cart::v1::RemoveItemRequest removing_from(const std::string& cart_id);

}  // namespace keel::bench

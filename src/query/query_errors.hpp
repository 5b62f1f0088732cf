#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>
#include <vector>

#include "ops/error_status.hpp"
#include "query/reads.hpp"
#include "query/visibility_board.hpp"

namespace keel::query {

/// Every error that the query edge tells, in one place; the reasons are listed in the queries.proto files.
/// The call had no deadline.
grpc::Status deadline_required();
/// The bytes are no message of the method's type.
grpc::Status request_malformed();
/// Fields that no state of the world could make right, all at once.
grpc::Status request_invalid(std::vector<ops::ErrorDetail::FieldViolation> violations);
grpc::Status token_malformed(std::string_view field);
/// The token is of a context that the method does not show.
grpc::Status token_foreign(std::string_view context);
grpc::Status page_size_negative(std::int32_t size);
grpc::Status page_token_invalid();
/// `reason` as `CART_NOT_FOUND`, `what` as `cart`; `domain` as `cart.keel`.
grpc::Status not_found(std::string_view domain, std::string_view reason, std::string_view what, std::string_view id);
grpc::Status parked(std::string_view what, std::string_view id);
grpc::Status read_store_unavailable();
/// Why a read was not answered.
grpc::Status no_answer(ReadFault fault);
grpc::Status too_many_waiting();
grpc::Status stopping();
/// How a wait that did not end in `visible` is told. `visible` may be null.
grpc::Status not_visible(Waited waited, const std::vector<Token>& tokens, const Visible* visible);

}  // namespace keel::query

#include "bench/workloads/cart_requests.hpp"

namespace keel::bench {
namespace {

constexpr const char* line_id = "line-1";

}  // namespace

cart::v1::AddItemRequest adding_to(const std::string& cart_id) {
  cart::v1::AddItemRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(any_request_id);
  request.set_line_id(line_id);
  request.set_sku("85123A");
  request.set_quantity(6);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(255);
  return request;
}

cart::v1::RemoveItemRequest removing_from(const std::string& cart_id) {
  cart::v1::RemoveItemRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(any_request_id);
  request.set_line_id(line_id);
  return request;
}

}  // namespace keel::bench

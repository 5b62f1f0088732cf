#include "dashboard/masking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keel/cart/v1/state.pb.h"

namespace keel::dashboard {
namespace {

using replay::FieldChange;
using testing::HasSubstr;
using testing::Not;

std::string cart_json() {
  cart::v1::CartState cart;
  cart.set_status(cart::v1::CART_STATUS_OPEN);
  cart.set_customer_id("alice@example.com");
  auto& line = (*cart.mutable_lines())["line-of-alice"];
  line.set_sku("secret-sku");
  line.set_quantity(42'424'242);
  line.mutable_unit_price()->set_currency_code("XTS");
  return replay::json_of(cart);
}

const google::protobuf::Descriptor* type() { return cart::v1::CartState::descriptor(); }

TEST(Masking, ShowsNothingUnlessConfigured) {
  EXPECT_TRUE(shown(cart_json(), type(), Payloads::none).is_null());
  EXPECT_TRUE(shown(FieldChange{"a", FieldChange::Kind::added, "", "1"}, Payloads::none).is_null());
}

TEST(Masking, KeepsNamesOfFieldsAndNoValueNorKeyOfAMap) {
  const auto hidden = shown(cart_json(), type(), Payloads::keys);
  EXPECT_EQ(hidden["customer_id"], "***");
  EXPECT_EQ(hidden["status"], "***");
  EXPECT_EQ(hidden["lines"]["***1"]["sku"], "***");
  EXPECT_EQ(hidden["lines"]["***1"]["unit_price"]["currency_code"], "***");
  for (const char* secret : {"alice", "sku-", "secret", "42424242", "XTS", "OPEN", "line-of"}) {
    EXPECT_THAT(dump(hidden), Not(HasSubstr(secret)));
  }
}

TEST(Masking, ShowsAllWhenConfigured) {
  EXPECT_EQ(shown(cart_json(), type(), Payloads::full)["lines"]["line-of-alice"]["sku"], "secret-sku");
}

TEST(Masking, OfAnUnknownTypeNothingIsShownInPart) {
  EXPECT_EQ(shown(cart_json(), nullptr, Payloads::keys), "***");
  EXPECT_EQ(shown("no json", type(), Payloads::keys), "***");
}

TEST(Masking, ADifferenceTellsWhereWithoutKeys) {
  const FieldChange change{R"(lines["a]\"b"].unit_price.units)", FieldChange::Kind::changed, "1", "2"};
  const auto hidden = shown(change, Payloads::keys);
  EXPECT_EQ(hidden["path"], "lines[***].unit_price.units");
  EXPECT_EQ(hidden["before"], "***");
  EXPECT_EQ(hidden["after"], "***");
  EXPECT_EQ(shown(change, Payloads::full)["before"], "1");
  EXPECT_EQ(mask_path("steps[2].done"), "steps[***].done");
  EXPECT_EQ(mask_path("status"), "status");
}

TEST(Masking, WhatWasNotThereIsNotMasked) {
  EXPECT_EQ(shown(FieldChange{"a", FieldChange::Kind::added, "", "1"}, Payloads::keys)["before"], "");
}

}  // namespace
}  // namespace keel::dashboard

#include "ops/error_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/status_details.pb.h"

namespace keel::ops {
namespace {

using std::chrono::milliseconds;

google::rpc::Status whole(const grpc::Status& status) {
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(status.error_details()));
  return parsed;
}

TEST(ErrorStatus, CarriesCodeMessageAndErrorInfo) {
  const auto status = error_status(grpc::ABORTED, "no", {"VERSION_CONFLICT", "keel", {{"actual", "2"}}, {}, {}});
  EXPECT_EQ(status.error_code(), grpc::ABORTED);
  EXPECT_EQ(status.error_message(), "no");
  EXPECT_EQ(whole(status).code(), static_cast<int>(grpc::ABORTED));
  EXPECT_EQ(whole(status).message(), "no");
  ASSERT_EQ(whole(status).details_size(), 1);
  EXPECT_EQ(whole(status).details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
}

TEST(ErrorStatus, GivesBackWhatWentIn) {
  const ErrorDetail detail{
      "R", "cart.keel", {{"k", "v"}}, {{"sku", "must be"}, {"id", "must too"}}, milliseconds(1250)};
  const auto read = detail_of(error_status(grpc::UNAVAILABLE, "m", detail));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->reason, "R");
  EXPECT_EQ(read->domain, "cart.keel");
  EXPECT_EQ(read->metadata, detail.metadata);
  ASSERT_EQ(read->violations.size(), 2u);
  EXPECT_EQ(read->violations[1].field, "id");
  EXPECT_EQ(read->violations[1].description, "must too");
  EXPECT_EQ(read->retry_after, milliseconds(1250));
}

TEST(ErrorStatus, MendsTextsThatAreNoUtf8) {
  const auto status = error_status(grpc::INTERNAL, "a\xFF", {"R", "keel", {{"k", "\xC0"}}, {{"f", "\x80"}}, {}});
  EXPECT_EQ(status.error_message(), "a\\xff");
  EXPECT_EQ(detail_of(status)->metadata.at("k"), "\\xc0");
  EXPECT_EQ(detail_of(status)->violations[0].description, "\\x80");
}

TEST(ErrorStatus, StaysSmallEnoughForTrailingMetadata) {
  ErrorDetail detail{"FIELD_INVALID", "keel", {}, {}, {}};
  for (int i = 0; i < 1000; ++i) detail.violations.push_back({"field" + std::to_string(i), std::string(100, 'x')});
  const auto status = error_status(grpc::INVALID_ARGUMENT, "bad", detail);
  EXPECT_LT(status.error_details().size(), 5000u);
  const auto kept = detail_of(status)->violations.size();
  EXPECT_GT(kept, 10u);
  EXPECT_EQ(status.error_message(), "bad (" + std::to_string(1000 - kept) + " more violations left out)");
}

TEST(ErrorStatus, SaysNothingOfAStatusWithoutDetails) {
  EXPECT_FALSE(detail_of(grpc::Status(grpc::UNAVAILABLE, "plain")));
  EXPECT_FALSE(detail_of(grpc::Status::OK));
}

}  // namespace
}  // namespace keel::ops

#include "ops/library_logs.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ops/log.hpp"

namespace keel::ops {
namespace {

TEST(LibraryLogs, BecomeLinesOfOurs) {
  std::vector<std::string> lines;
  log::Options options;
  options.level = log::Level::debug;
  options.sink = [&](log::Level, std::string_view line) { lines.emplace_back(line); };
  log::configure(options);
  adopt_library_logs();
  GOOGLE_LOG(ERROR) << "bad text\nof a client";
  gpr_log(GPR_ERROR, "%s", "no port");
  log::configure({});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], testing::HasSubstr(R"("level":"debug","msg":"bad text\nof a client","logger":"protobuf")"));
  EXPECT_THAT(lines[1], testing::HasSubstr(R"("level":"warn","msg":"no port","logger":"grpc")"));
}

}  // namespace
}  // namespace keel::ops

#include "command/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "support/edge_probe/probe.hpp"

namespace keel::command {
namespace {

using edgeprobe::Probe;
using edgeprobe::Wrong;
using testing::HasSubstr;

std::string complaint_about(const domain::AggregateKind& kind) {
  ops::Metrics metrics;
  try {
    find_methods({&kind}, metrics);
  } catch (const std::logic_error& wrong) {
    return wrong.what();
  }
  return "none";
}

TEST(FindMethods, FindsEveryRpcOfTheCommandsService) {
  ops::Metrics metrics;
  const auto found = find_methods({&domain::kind_of<Probe>()}, metrics);
  ASSERT_EQ(found.size(), 1u);
  const auto& methods = found.at("keel.edgeprobe.v1.ProbeCommandService");
  ASSERT_EQ(methods.size(), 2u);
  EXPECT_EQ(methods[0]->path, "/keel.edgeprobe.v1.ProbeCommandService/Note");
  EXPECT_EQ(methods[0]->name(), "keel.edgeprobe.v1.ProbeCommandService/Note");
  EXPECT_EQ(methods[0]->rule->descriptor, edgeprobe::v1::NoteRequest::descriptor());
  EXPECT_EQ(methods[0]->kind, &domain::kind_of<Probe>());
  EXPECT_EQ(methods[0]->aggregate_id->name(), "probe_id");
}

TEST(FindMethods, GivesAnInternalCommandNone) {
  ops::Metrics metrics;
  const auto found = find_methods({&domain::kind_of<Probe>()}, metrics);
  for (const auto& [service, methods] : found) {
    for (const auto& method : methods) {
      EXPECT_NE(method->rule->descriptor, edgeprobe::v1::FadeRequest::descriptor());
    }
  }
}

TEST(FindMethods, RefusesAnRpcThatNoAggregateDecides) {
  EXPECT_THAT(
      complaint_about(domain::kind_of<Wrong<edgeprobe::v1::wrong_undecided::DoRequest>>()),
      HasSubstr("WrongCommandService.Forget: no aggregate decides keel.edgeprobe.v1.wrong_undecided.ForgetRequest"));
}

TEST(FindMethods, RefusesAResponseWithoutItsToken) {
  EXPECT_THAT(complaint_about(domain::kind_of<Wrong<edgeprobe::v1::wrong_response::DoRequest>>()),
              HasSubstr("wrong_response.DoResponse: field 2 must be a string named token"));
}

TEST(FindMethods, RefusesAnExpectedVersionThatCannotBeAbsent) {
  EXPECT_THAT(complaint_about(domain::kind_of<Wrong<edgeprobe::v1::wrong_request::DoRequest>>()),
              HasSubstr("expected_version must be optional"));
}

TEST(Method, CountsItsOutcomes) {
  ops::Metrics metrics;
  const auto found = find_methods({&domain::kind_of<Probe>()}, metrics);
  found.begin()->second[0]->count("refused");
  EXPECT_THAT(metrics.text(),
              HasSubstr("keel_commands_total{command=\"Note\",context=\"edgeprobe\",outcome=\"refused\"} 1\n"));
}

}  // namespace
}  // namespace keel::command

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dashboard/dashboard.hpp"
#include "dashboard/exchange.hpp"
#include "dashboard/metric_text.hpp"
#include "dashboard/series.hpp"
#include "dashboard/tree_walk.hpp"
#include "dashboard/url.hpp"

// The small parts of the dashboard, each by itself.
namespace keel::dashboard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// -- texts ---------------------------------------------------------------------------------------------------

TEST(DashboardJson, HostileTextsPassThroughUnharmed) {
  const std::string megabyte(1 << 20, 'x');
  for (const std::string& hostile :
       {std::string("<img src=x onerror=alert(1)>"), std::string("javascript:alert(1)"), std::string("\u202Etxt.exe"),
        std::string("a\0b\x1b[31m\r\n\t", 12), std::string("\"}],\"x\":[{\""), megabyte}) {
    EXPECT_EQ(Json::parse(dump({{"id", text(hostile)}}))["id"], hostile);
  }
  EXPECT_EQ(text("\xc3\x28"), "\\xc3(");
}

TEST(DashboardJson, LargeNumbersAreTextsAndTimesHaveMicroseconds) {
  EXPECT_EQ(dump(whole(std::int64_t{9'007'199'254'740'993})), "\"9007199254740993\"");
  EXPECT_EQ(moment(Timestamp{}), "1970-01-01T00:00:00.000000Z");
}

// -- addresses -----------------------------------------------------------------------------------------------

TEST(DashboardUrl, DecodesEachPartByItself) {
  const auto target = parse_target("/ops/api/v1/aggregates/cart/Cart/a%2Fb%20c?from=2&q=x+y%26z&empty=", "/ops");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("api", "v1", "aggregates", "cart", "Cart", "a/b c"));
  EXPECT_EQ(target->query.at("q"), "x y&z");
  EXPECT_EQ(target->query.at("empty"), "");
}

TEST(DashboardUrl, TheBaseItselfHasNoParts) {
  EXPECT_THAT(parse_target("/", "")->path, IsEmpty());
  EXPECT_THAT(parse_target("/ops/?a", "/ops")->path, IsEmpty());
}

TEST(DashboardUrl, RefusesWhatIsBadlyEncodedOrLiesOutside) {
  for (const char* bad : {"/a%", "/a%2", "/a%zz", "/%ff", "/a%00b", "/?q=%c3%28", "http://x/", "*", ""}) {
    EXPECT_FALSE(parse_target(bad, "")) << bad;
  }
  EXPECT_FALSE(parse_target("/opsx/", "/ops"));
  EXPECT_FALSE(parse_target("/other/", "/ops"));
}

TEST(DashboardHosts, OnLoopbackOnlyItsOwnNamesAreTaken) {
  const Hosts hosts("127.0.0.1", 8080, {"ops.example.com"});
  for (const char* known : {"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "ops.example.com"}) {
    EXPECT_TRUE(hosts.takes(known)) << known;
  }
  for (const char* other : {"evil.example.com:8080", "localhost:8081", "localhost", "127.0.0.1.evil.com:8080", ""}) {
    EXPECT_FALSE(hosts.takes(other)) << other;
  }
}

TEST(DashboardHosts, ElsewhereAnyNameUnlessSomeAreNamed) {
  EXPECT_TRUE(Hosts("0.0.0.0", 8080, {}).takes("anything"));
  EXPECT_FALSE(Hosts("0.0.0.0", 8080, {"ops.example.com"}).takes("anything"));
}

TEST(DashboardOptionsObjection, RefusesAnOpenDoorToTheNetwork) {
  DashboardOptions options;
  EXPECT_EQ(objection(options), "");
  options.listen = "0.0.0.0:8080";
  EXPECT_THAT(objection(options), HasSubstr("dashboard.admin_token"));
  options.access.admin_token = "secret";
  EXPECT_EQ(objection(options), "");
  options.base_path = "/ops/";
  EXPECT_THAT(objection(options), HasSubstr("base_path"));
}

// -- bodies --------------------------------------------------------------------------------------------------

Request post(const std::string& body, const std::string& type = "application/json") {
  Request request;
  request.method = "POST";
  request.content_type = type;
  request.body = body;
  return request;
}

TEST(DashboardBody, MustBeOneJsonObject) {
  EXPECT_EQ(Body::of(post("{}", "text/plain")).refusal().reason, "CONTENT_TYPE");
  for (const std::string& bad : {std::string(""), std::string("[]"), std::string("{"), std::string("{\"a\":\"\xff\"}"),
                                 std::string(1'000, '[')}) {
    EXPECT_EQ(Body::of(post(bad)).refusal().reason, "BODY_INVALID") << bad.substr(0, 20);
  }
  EXPECT_TRUE(Body::of(post("{}", "application/json; charset=utf-8")));
}

TEST(DashboardBody, AReasonHas1To500Characters) {
  const auto reason = [](const std::string& given) {
    return Body::of(post("{\"reason\":\"" + given + "\"}"))->reason();
  };
  EXPECT_EQ(Body::of(post("{}"))->reason().refusal().reason, "REASON_REQUIRED");
  EXPECT_EQ(reason(" \\n").refusal().reason, "REASON_REQUIRED");
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "\u00e4";
  EXPECT_TRUE(reason(umlauts));
  EXPECT_EQ(reason(umlauts + "x").refusal().field, "reason");
  EXPECT_FALSE(Body::of(post("{\"reason\":7}"))->reason());
  EXPECT_FALSE(reason("a\\u0000b"));
}

TEST(DashboardBody, WhatDestroysMustBeConfirmedByName) {
  const auto body = *Body::of(post("{\"confirm\":\"carts\"}"));
  EXPECT_FALSE(body.confirmed("carts"));
  EXPECT_EQ(body.confirmed("stock")->reason, "CONFIRMATION_WRONG");
  EXPECT_EQ(Body::of(post("{}"))->confirmed("carts")->field, "confirm");
}

TEST(DashboardBody, NumbersComeAsNumbersOrAsDigits) {
  const auto body = *Body::of(post(R"({"a":7,"b":"9007199254740993","c":"x","d":1.5})"));
  EXPECT_EQ(**body.number("a"), 7);
  EXPECT_EQ(**body.number("b"), 9'007'199'254'740'993);
  EXPECT_FALSE(body.number("c"));
  EXPECT_FALSE(body.number("d"));
  EXPECT_FALSE(*body.number("e"));
}

// -- rates ---------------------------------------------------------------------------------------------------

constexpr std::string_view metrics = R"(# HELP keel_commands_total Commands
keel_commands_total{command="AddItem",context="cart",outcome="done"} 40
keel_commands_total{command="AddItem",context="cart",outcome="refused"} 2
keel_commands_total_of_another 7
grpc_server_call_duration_seconds_bucket{grpc_method="keel.cart.v1.CartCommandService/AddItem",grpc_status="OK",le="0.01"} 98
grpc_server_call_duration_seconds_bucket{grpc_method="keel.cart.v1.CartCommandService/AddItem",grpc_status="OK",le="0.1"} 100
grpc_server_call_duration_seconds_bucket{grpc_method="keel.cart.v1.CartCommandService/AddItem",grpc_status="OK",le="+Inf"} 100
grpc_server_call_duration_seconds_bucket{grpc_method="grpc.health.v1.Health/Watch",grpc_status="OK",le="+Inf"} 900
)";

TEST(DashboardMetricText, SumsUpCommandsAndTheirTimes) {
  const auto totals = command_totals(metrics);
  EXPECT_EQ(totals.commands, 42);
  EXPECT_EQ(totals.refused, 2);
  EXPECT_EQ(p99_ms({}, totals), 100);
  EXPECT_FALSE(p99_ms(totals, totals));
  EXPECT_EQ(command_totals("garbage{\n\n}} x\n").commands, 0);
}

TEST(DashboardSeries, ForgetsWhatIsOldAndIsBounded) {
  Series series(std::chrono::minutes(15), 2);
  const Timestamp begin{std::chrono::hours(1)};
  series.add("a", begin, 1);
  series.add("a", begin + std::chrono::minutes(10), 2);
  series.add("b", begin + std::chrono::minutes(16), 3);
  series.add("c", begin + std::chrono::minutes(16), 4);
  const auto shown = series.document({});
  ASSERT_THAT(shown, SizeIs(2));
  EXPECT_EQ(dump(shown[0]["points"]), "[[4200000,2.0]]");
  EXPECT_THAT(series.document({"b"}), SizeIs(1));
}

// -- trees ---------------------------------------------------------------------------------------------------

Node node(std::uint64_t id, std::uint64_t parent, const std::string& state) {
  Node made;
  made.id = id;
  made.parent = parent;
  made.kind = "worker";
  made.state = state;
  return made;
}

TEST(DashboardTree, CountsWhatIsNotWellBelow) {
  std::vector<Node> nodes{node(1, 0, "running"), node(2, 1, "crashed"), node(3, 1, "running"),
                          node(4, 3, "quarantined")};
  count_unhealthy_below(nodes);
  EXPECT_EQ(nodes[0].unhealthy_below, 2);
  EXPECT_EQ(nodes[2].unhealthy_below, 1);
  EXPECT_EQ(nodes[3].unhealthy_below, 0);
}

TEST(DashboardTree, KeepsWhatIsAboveOfWhatFits) {
  const std::vector<Node> nodes{node(1, 0, "running"), node(2, 1, "running"), node(3, 1, "running"),
                                node(4, 3, "quarantined")};
  const auto kept = with_ancestors(nodes, [](const Node& one) { return one.unhealthy(); });
  ASSERT_THAT(kept, SizeIs(3));
  EXPECT_EQ(kept[0].id, 1u);
  EXPECT_EQ(kept[1].id, 3u);
  EXPECT_EQ(kept[2].id, 4u);
}

}  // namespace
}  // namespace keel::dashboard

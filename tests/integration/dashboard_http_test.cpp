#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "dashboard/dashboard.hpp"
#include "domain/cart/cart.hpp"
#include "query/cart/carts_projection.hpp"
#include "support/dashboard_client.hpp"

// The dashboard's HTTP, over real sockets, while neither databases nor processes are there.
namespace keel::dashboard {
namespace {

using test::DashboardClient;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::array files{
    WebFile{"assets/main-1a2b.js", "text/javascript; charset=utf-8", "let a = 1;", true, "as gzip", "1a2b"},
    WebFile{"index.html", "text/html; charset=utf-8", "<!doctype html>", false, {}, "3c4d"}};

DashboardParts parts_of_nothing() {
  const std::string nowhere = "host=/nonexistent port=1 dbname=keel connect_timeout=2";
  DashboardParts parts;
  parts.version = "1.2.3";
  parts.worker = "here:1";
  parts.contexts = {{"cart", {&domain::kind_of<cart::Cart>()}}};
  parts.projections = {query::carts_projection()};
  parts.read_dsn = nowhere;
  parts.journal_dsn = nowhere;
  parts.journal = []() -> Result<std::unique_ptr<journal::Journal>> {
    return Fault{Fault::Outcome::nothing_changed, "no journal", Fault::Cause::unreachable};
  };
  return parts;
}

class DashboardHttpTest : public testing::Test {
 protected:
  static DashboardOptions options() {
    DashboardOptions options;
    options.listen = "127.0.0.1:0";
    options.actions = true;
    options.max_clients = 2;
    options.sample_interval = std::chrono::milliseconds(100);
    options.access.without_token = Role::admin;
    return options;
  }
  static DashboardOptions with_tokens() {
    auto made = options();
    made.access.viewer_token = "look";
    made.access.operator_token = "mend";
    made.access.admin_token = "rule";
    return made;
  }
  DashboardClient start(const DashboardOptions& options) {
    auto started = Dashboard::start(options, parts_of_nothing(), files, metrics_);
    EXPECT_TRUE(started);
    dashboard_ = *std::move(started);
    return DashboardClient(dashboard_->port());
  }

  ops::Metrics metrics_;
  std::unique_ptr<Dashboard> dashboard_;
};

TEST_F(DashboardHttpTest, ServesTheFrontEndWithHeadersThatGuardIt) {
  auto client = start(options()).client();
  const auto page = client.Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "<!doctype html>");
  EXPECT_EQ(page->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page->get_header_value("Cache-Control"), "no-cache");
  EXPECT_EQ(page->get_header_value("Content-Security-Policy"),
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'");
  EXPECT_EQ(page->get_header_value("X-Content-Type-Options"), "nosniff");
  EXPECT_FALSE(page->has_header("Access-Control-Allow-Origin"));
  const auto script = client.Get("/assets/main-1a2b.js", {{"Accept-Encoding", "identity"}});
  EXPECT_EQ(script->body, "let a = 1;");
  EXPECT_THAT(script->get_header_value("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(client.Get("/assets/../../etc/passwd")->status, 404);
  EXPECT_EQ(client.Get("/nothing")->status, 404);
}

TEST_F(DashboardHttpTest, FilesAreSentCompressedToWhoTakesThat) {
  auto client = start(options()).client();
  client.set_decompress(false);
  const auto asked = [&](const std::string& accepted) {
    return client.Get("/assets/main-1a2b.js", {{"Accept-Encoding", accepted}});
  };
  for (const auto* taken : {"gzip", "br, gzip;q=0.5", "*", "deflate , gzip"}) {
    const auto small = asked(taken);
    EXPECT_EQ(small->body, "as gzip") << taken;
    EXPECT_EQ(small->get_header_value("Content-Encoding"), "gzip");
    EXPECT_EQ(small->get_header_value("Content-Length"), "7");
    EXPECT_EQ(small->get_header_value("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(small->get_header_value("Vary"), "Accept-Encoding");
  }
  for (const auto* refused : {"identity", "br", "gzip;q=0", "gzip; q=0.0, *", "gzipped", "*;q=0"}) {
    const auto whole = asked(refused);
    EXPECT_EQ(whole->body, "let a = 1;") << refused;
    EXPECT_FALSE(whole->has_header("Content-Encoding"));
    EXPECT_EQ(whole->get_header_value("Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(client.Get("/", {{"Accept-Encoding", "gzip"}})->body, "<!doctype html>") << "it has no smaller form";
}

TEST_F(DashboardHttpTest, AFileThatTheClientHasIsNotSentAgain) {
  auto client = start(options()).client();
  const auto tag = client.Get("/")->get_header_value("ETag");
  EXPECT_EQ(tag, "W/\"3c4d\"");
  const auto asked = [&](const std::string& known) { return client.Get("/", {{"If-None-Match", known}}); };
  for (const auto& known : {tag, std::string("\"3c4d\""), std::string("\"x\", ") + tag, std::string("*")}) {
    const auto answer = asked(known);
    EXPECT_EQ(answer->status, 304) << known;
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->get_header_value("ETag"), tag);
    EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-cache");
    EXPECT_TRUE(answer->has_header("Content-Security-Policy"));
  }
  for (const auto* other : {"", "\"3c4\"", "3c4d", "W/\"1a2b\""}) EXPECT_EQ(asked(other)->status, 200) << other;
}

TEST_F(DashboardHttpTest, LivesBelowItsBasePath) {
  auto under = options();
  under.base_path = "/ops";
  auto client = start(under).client();
  EXPECT_EQ(client.Get("/ops/")->body, "<!doctype html>");
  EXPECT_EQ(client.Get("/ops")->status, 308);
  EXPECT_EQ(client.Get("/ops/api/v1/session")->status, 200);
  EXPECT_EQ(client.Get("/api/v1/session")->status, 400);
}

TEST_F(DashboardHttpTest, TellsWhoLooksAndWhatThereIs) {
  const auto session = start(options()).get("/session").body;
  EXPECT_EQ(session["role"], "admin");
  EXPECT_EQ(session["login_required"], false);
  EXPECT_EQ(session["actions"], true);
  EXPECT_EQ(session["payloads"], "none");
  EXPECT_EQ(session["version"], "1.2.3");
  EXPECT_EQ(session["contexts"][0]["aggregates"][0], "Cart");
  EXPECT_EQ(session["projections"][0], "carts");
}

TEST_F(DashboardHttpTest, RefusesWhoComesUnderAnotherName) {
  auto client = start(options());
  client.set_header("Host", "evil.example.com");
  const auto answer = client.get("/session");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason(), "HOST_UNKNOWN");
}

TEST_F(DashboardHttpTest, RefusesActionsWithoutTheTokenOrFromOtherPages) {
  auto client = start(options());
  EXPECT_EQ(client.post_as_is("/projections/carts/pause", R"({"reason":"x"})").reason(), "CSRF_WRONG");
  client.set_header("X-Keel-CSRF", "guess");
  EXPECT_EQ(client.post_as_is("/projections/carts/pause", R"({"reason":"x"})").reason(), "CSRF_WRONG");
  client.set_header("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(client.post("/projections/carts/pause", {{"reason", "x"}}).reason(), "OTHER_SITE");
  client.set_header("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(client.post_as_is("/projections/carts/pause", "reason=x", "application/x-www-form-urlencoded").reason(),
            "CONTENT_TYPE");
}

TEST_F(DashboardHttpTest, OnlyLooksUnlessActionsAreAllowed) {
  auto looking = options();
  looking.actions = false;
  auto client = start(looking);
  const auto answer = client.post("/projections/carts/pause", {{"reason", "x"}});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason(), "ACTIONS_DISABLED");
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_refused_actions_total{code=\"PERMISSION_DENIED\"} 1"));
}

TEST_F(DashboardHttpTest, NobodySeesAnythingBeforeTheLogin) {
  auto client = start(with_tokens());
  EXPECT_EQ(client.get("/overview").status, 401);
  EXPECT_EQ(client.get("/overview").reason(), "LOGIN_REQUIRED");
  const auto session = client.get("/session").body;
  EXPECT_TRUE(session["role"].is_null());
  EXPECT_THAT(session["contexts"], IsEmpty());
  EXPECT_EQ(client.log_in("guess").reason(), "TOKEN_WRONG");
  EXPECT_EQ(client.log_in("look").body["role"], "viewer");
  EXPECT_EQ(client.get("/session").body["role"], "viewer");
}

TEST_F(DashboardHttpTest, TheCookieIsForNoScriptAndNoOtherSite) {
  auto client = start(with_tokens());
  const auto cookie = client.log_in("rule").headers.find("Set-Cookie")->second;
  EXPECT_THAT(cookie, HasSubstr("; Path=/; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(cookie, Not(HasSubstr("Secure")));
}

TEST_F(DashboardHttpTest, EachRoleMayWhatItMayAndNoMore) {
  auto client = start(with_tokens());
  const auto pause = [&] { return client.post("/projections/carts/pause", {{"reason", "x"}}).reason(); };
  const auto rebuild = [&] {
    return client.post("/projections/carts/rebuild", {{"reason", "x"}, {"confirm", "carts"}}).reason();
  };
  const auto crash = [&] {
    return client.post("/actors/control", {{"process", "x"}, {"node", "1"}, {"action", "crash"}, {"reason", "x"}})
        .reason();
  };
  client.log_in("look");
  EXPECT_EQ(pause(), "ROLE_TOO_LOW");
  client.log_in("mend");
  EXPECT_EQ(pause(), "DATABASE_UNREACHABLE");
  EXPECT_EQ(rebuild(), "ROLE_TOO_LOW");
  EXPECT_EQ(crash(), "ROLE_TOO_LOW");
  client.log_in("rule");
  EXPECT_EQ(rebuild(), "DATABASE_UNREACHABLE");
  EXPECT_EQ(crash(), "FIELD_INVALID");
}

TEST_F(DashboardHttpTest, SaysWhatIsMissingInsteadOfFailing) {
  auto client = start(options());
  const auto overview = client.get("/overview");
  ASSERT_EQ(overview.status, 200);
  EXPECT_THAT(overview.body["processes"], IsEmpty());
  EXPECT_GE(overview.body["partial"].size(), 2u);
  EXPECT_EQ(client.get("/parked").reason(), "DATABASE_UNREACHABLE");
}

TEST_F(DashboardHttpTest, RefusesWhatIsTooLargeAndWhatItDoesNotKnow) {
  auto client = start(options());
  EXPECT_EQ(client.get("/tree?q=" + std::string(5'000, 'x')).reason(), "URL_TOO_LONG");
  EXPECT_EQ(client.post("/projections/carts/pause", {{"reason", std::string(1 << 20, 'x')}}).status, 413);
  EXPECT_EQ(client.get("/nothing").reason(), "ROUTE_NOT_FOUND");
  EXPECT_EQ(client.get("/projections/carts/pause").reason(), "METHOD_NOT_ALLOWED");
  EXPECT_EQ(client.get("/projections/none").reason(), "PROJECTION_NOT_FOUND");
  EXPECT_EQ(client.get("/history?limit=x").body["error"]["field"], "limit");
  EXPECT_EQ(client.get("/tree?at=yesterday").body["error"]["field"], "at");
  EXPECT_EQ(client.get("/processes/no-uuid").reason(), "FIELD_INVALID");
}

TEST_F(DashboardHttpTest, AnActionNeedsAReasonAndADestroyingOneItsName) {
  auto client = start(options());
  EXPECT_EQ(client.post("/projections/carts/pause", nlohmann::json::object()).reason(), "REASON_REQUIRED");
  EXPECT_EQ(client.post("/projections/carts/rebuild", {{"reason", "x"}, {"confirm", "cart"}}).reason(),
            "CONFIRMATION_WRONG");
  EXPECT_EQ(client.post("/projections/carts/drop", {{"reason", "x"}, {"generation", 2}}).reason(),
            "CONFIRMATION_WRONG");
}

TEST_F(DashboardHttpTest, FollowersHearSnapshotsAndTheirNumberIsLimited) {
  auto client = start(options());
  const auto heard =
      client.follow("/events?topics=overview", [](const auto& text) { return text.find("\"rates\"") != text.npos; });
  EXPECT_THAT(heard, HasSubstr("data: {\"topic\":\"overview\""));
  EXPECT_EQ(client.get("/events?topics=all").body["error"]["field"], "topics");
}

TEST_F(DashboardHttpTest, RequestsAreAnsweredWhileEveryStreamIsTaken) {
  auto client = start(options());
  std::vector<std::thread> followers;
  std::atomic<int> following = 0;
  for (int i = 0; i < 2; ++i) {
    followers.emplace_back([&] {
      bool first = true;
      client.follow("/events", [&](const auto&) {
        if (std::exchange(first, false)) ++following;
        return false;
      });
    });
  }
  EXPECT_TRUE(test::eventually([&] { return following == 2; }));
  EXPECT_EQ(client.get("/events").reason(), "TOO_MANY_CLIENTS");
  EXPECT_EQ(client.get("/session").status, 200);
  dashboard_->stop();  // ends them
  for (auto& follower : followers) follower.join();
}

TEST_F(DashboardHttpTest, CountsItsRequests) {
  auto client = start(options());
  client.get("/session");
  client.get("/nothing");
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_requests_total{code=\"200\"} 1"));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_requests_total{code=\"404\"} 1"));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_request_duration_seconds_count 2"));
}

TEST_F(DashboardHttpTest, RefusesToListenOpenly) {
  auto open = options();
  open.listen = "0.0.0.0:0";
  const auto started = Dashboard::start(open, parts_of_nothing(), files, metrics_);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.fault().what, HasSubstr("dashboard.admin_token"));
}

}  // namespace
}  // namespace keel::dashboard

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <grpcpp/impl/service_type.h>

#include <atomic>
#include <utility>

#include "dashboard/dashboard.hpp"
#include "domain/cart/cart.hpp"
#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"
#include "ops/grpc_server.hpp"
#include "ops/postgres_presence.hpp"
#include "ops/process_service.hpp"
#include "ops/supervision_service.hpp"
#include "query/postgres_projection_store.hpp"
#include "support/dashboard_client.hpp"
#include "support/replay_world.hpp"

// The dashboard over a real journal and read store, and a process that answers over real gRPC.
namespace keel::dashboard {
namespace {

using nlohmann::json;
using test::eventually;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// A process as the dashboard sees one: a tree, gRPC, and a heart that beats in the journal's database.
class SeenProcess {
 public:
  explicit SeenProcess(const test::Database& database, const std::string& role = "command",
                       std::vector<ops::UnmetCondition> unmet = {}) {
    lane_ = registry_.started({root_, "lane 0", ops::NodeKind::worker, ops::Strategy::none, 0, {}});
    identity_.id = make_uuid_v7(system_now());
    identity_.role = role;
    identity_.node = "<b>host</b>:1";
    identity_.version = "1";
    identity_.started_at = system_now();
    ops::ProcessParts parts;
    parts.identity = identity_;
    parts.permissions.actions = true;
    parts.configuration = [] { return std::vector<ops::ShownSetting>{{"a.key", "******", "file", "what"}}; };
    parts.unmet_conditions = [unmet = std::move(unmet)] { return unmet; };
    parts.live_aggregates = [] { return std::int64_t{7}; };
    parts.drain = [this] { drained_ = true; };
    process_ = ops::process_service(std::move(parts));
    ops::GrpcOptions options;
    options.listen = "127.0.0.1:0";
    server_ = *ops::GrpcServer::start(options, {supervision_.get(), process_.get()}, metrics_);
    identity_.grpc_address = "127.0.0.1:" + std::to_string(server_->port());
    ops::PresenceOptions presence;
    presence.dsn = database.dsn;
    presence.beat_every = std::chrono::milliseconds(100);
    presence_.emplace(presence, identity_, registry_);
  }

  std::string id() const { return identity_.id.text(); }
  ops::SupervisionRegistry& registry() { return registry_; }
  ops::NodeId lane() const { return lane_; }
  bool drained() const { return drained_; }
  void end() {
    presence_->stop();
    server_->shutdown(std::chrono::milliseconds(0));
  }

 private:
  ops::Metrics metrics_;
  ops::SupervisionRegistry registry_{{}, metrics_};
  ops::NodeId root_ = registry_.started({0, "command", ops::NodeKind::supervisor, ops::Strategy::one_for_one, 0, {}});
  ops::NodeId lane_ = 0;
  std::atomic<bool> drained_{false};
  ops::ProcessIdentity identity_;
  std::unique_ptr<grpc::Service> supervision_ = ops::supervision_service(registry_, nullptr, {true, false, ""});
  std::unique_ptr<grpc::Service> process_;
  std::unique_ptr<ops::GrpcServer> server_;
  std::optional<ops::PostgresPresence> presence_;
};

class DashboardPgTest : public testing::Test {
 protected:
  DashboardPgTest() {
    world_.add_carts(4, 2);
    world_.project(1);
  }

  DashboardParts parts() const {
    DashboardParts parts;
    parts.version = "1";
    parts.worker = "here:1";
    parts.contexts = {{"cart", {&domain::kind_of<cart::Cart>()}}};
    parts.projections = {world_.projection()};
    parts.read_dsn = world_.read().dsn;
    parts.journal_dsn = world_.journal().dsn;
    parts.journal = journal::PostgresJournal::opener(world_.journal().options());
    parts.rebuild_parts = [this](const auto&) { return world_.parts(); };
    parts.verify_parts = [this](const auto& projection) {
      return replay::VerifyParts{projection, world_.read().dsn,
                                 journal::postgres_event_scan(world_.journal().options())};
    };
    return parts;
  }

  test::DashboardClient start(Payloads payloads = Payloads::full) {
    DashboardOptions options;
    options.payloads = payloads;
    options.access.without_token = Role::admin;
    return start(options);
  }
  test::DashboardClient start_with_tokens() {
    DashboardOptions options;
    options.access.viewer_token = "look";
    options.access.admin_token = "rule";
    return start(options);
  }
  test::DashboardClient start(DashboardOptions options) {
    options.listen = "127.0.0.1:0";
    options.actions = true;
    options.sample_interval = std::chrono::milliseconds(100);
    auto started = Dashboard::start(options, parts(), {}, metrics_);
    EXPECT_TRUE(started);
    dashboard_ = *std::move(started);
    return test::DashboardClient(dashboard_->port());
  }

  json carts(const test::DashboardClient& client) const { return client.get("/projections/carts").body; }
  /// Waits for an operation to end, and tells its state.
  static std::string end_of(const test::DashboardClient& client, const std::string& id) {
    json operation;
    eventually([&] {
      operation = client.get("/operations/" + id).body;
      return operation["state"] != "running";
    });
    return operation["state"];
  }
  std::string audit(const std::string& what) const {
    return world_.read().value("SELECT string_agg(action || ' ' || result, ', ' ORDER BY id) FROM audit WHERE " + what);
  }

  test::ReplayWorld world_;
  ops::Metrics metrics_;
  std::unique_ptr<Dashboard> dashboard_;
};

// -- processes -----------------------------------------------------------------------------------------------

TEST_F(DashboardPgTest, ShowsAProcessAndWhatItTellsOfItself) {
  SeenProcess process(world_.journal());
  const auto client = start();
  json shown;
  ASSERT_TRUE(eventually([&] {
    shown = client.get("/processes/" + process.id()).body;
    return shown.contains("ready");
  })) << shown.dump();
  EXPECT_EQ(shown["presence"], "up");
  EXPECT_EQ(shown["node"], "<b>host</b>:1");
  EXPECT_EQ(shown["ready"], true);
  EXPECT_EQ(shown["live_aggregates"], "7");
  EXPECT_EQ(shown["actions_enabled"], true);
  const auto settings = client.get("/processes/" + process.id() + "/configuration").body["settings"];
  EXPECT_EQ(settings[0]["value"], "******");
}

TEST_F(DashboardPgTest, EveryFaultedProjectionOfAProcessIsNamed) {
  SeenProcess process(world_.journal(), "projector",
                      {{"carts_by_day", "stopped: another version"}, {"carts", "faulted: gone"}});
  const auto client = start();
  EXPECT_TRUE(eventually([&] { return carts(client)["state"] == "faulted"; }));
  EXPECT_EQ(carts(client)["last_error"], "faulted: gone");
  const auto shown = client.get("/processes/" + process.id()).body;
  EXPECT_EQ(shown["not_ready_reason"], "carts_by_day: stopped: another version; carts: faulted: gone");
  ASSERT_THAT(shown["unmet_conditions"], SizeIs(2));
  EXPECT_EQ(shown["unmet_conditions"][0]["name"], "carts_by_day");
}

TEST_F(DashboardPgTest, AProjectionIsWellWhenItHasJustBegunOrAnotherWithItsNameInsideIsNot) {
  SeenProcess process(world_.journal(), "projector", {{"carts_by_day", "faulted: gone"}, {"carts", "starting"}});
  const auto client = start();
  ASSERT_TRUE(eventually([&] { return client.get("/processes/" + process.id()).body["ready"] == false; }));
  EXPECT_EQ(carts(client)["state"], "caught_up");
}

TEST_F(DashboardPgTest, ShowsTheTreeALevelAtATimeAndWhatIsNotWell) {
  SeenProcess process(world_.journal());
  const std::string hostile = "</script>\u202E\r\n\x01";
  process.registry().crashed(process.lane(), hostile);
  const auto client = start();
  const auto below = [&](const std::string& parent) {
    return client.get("/tree?process=" + process.id() + "&parent=" + parent).body["nodes"];
  };
  json roots;
  ASSERT_TRUE(eventually([&] {
    roots = below("0");
    return roots.is_array() && roots.size() == 1;
  }));
  EXPECT_EQ(roots[0]["path"], "command");
  const auto lanes = below(roots[0]["id"]);
  ASSERT_THAT(lanes, SizeIs(1));
  EXPECT_EQ(lanes[0]["path"], "command/lane 0");
  EXPECT_EQ(lanes[0]["state"], "crashed");
  EXPECT_EQ(lanes[0]["last_cause"], hostile);
  const auto troubled = client.get("/tree?unhealthy=true").body["nodes"];
  ASSERT_THAT(troubled, SizeIs(3));
  EXPECT_EQ(troubled[0]["kind"], "process");
  EXPECT_EQ(troubled[2]["name"], "lane 0");
  EXPECT_THAT(client.get("/tree?q=nothing-like-that").body["nodes"], SizeIs(0));
}

TEST_F(DashboardPgTest, WhoFollowsTheTreeHearsOfACrash) {
  SeenProcess process(world_.journal());
  const auto client = start();
  ASSERT_TRUE(eventually([&] { return client.get("/processes").body["processes"].size() == 1; }));
  bool crashed = false;
  const auto heard = client.follow("/events?topics=tree", [&](const auto& text) {
    if (!std::exchange(crashed, true)) process.registry().crashed(process.lane(), "boom");
    return text.find("boom") != text.npos;
  });
  EXPECT_THAT(heard, HasSubstr("\"happening\":\"crashed\""));
}

TEST_F(DashboardPgTest, KeepsTheTreeOfAProcessThatHasEndedAndOfAnyMoment) {
  SeenProcess process(world_.journal());
  const auto client = start();
  ASSERT_TRUE(eventually([&] { return client.get("/history?process=" + process.id()).body["events"].size() == 2; }));
  const auto before = client.get("/history").body["latest_at"].get<std::string>();
  process.registry().crashed(process.lane(), "boom");
  ASSERT_TRUE(eventually([&] { return client.get("/history?process=" + process.id()).body["events"].size() == 3; }));
  process.end();
  const auto lane_at = [&](const std::string& when) {
    return client.get("/tree?process=" + process.id() + "&q=lane" + when).body["nodes"].back();
  };
  ASSERT_TRUE(eventually([&] { return client.get("/processes/" + process.id()).body["presence"] == "stopped"; }));
  EXPECT_EQ(lane_at("&at=" + before)["state"], "running");
  const auto node = client.get("/actor?process=" + process.id() + "&node=" + std::to_string(process.lane())).body;
  EXPECT_EQ(node["history"][0]["cause"], "boom");
}

TEST_F(DashboardPgTest, WhatIsDoneToAProcessIsWrittenDownBeforeAndAfter) {
  SeenProcess process(world_.journal());
  auto client = start();
  ASSERT_TRUE(eventually([&] { return client.get("/processes/" + process.id()).status == 200; }));
  const std::string path = "/processes/" + process.id();
  EXPECT_EQ(client.post(path + "/drain", {{"reason", "r"}, {"confirm", "host"}}).reason(), "CONFIRMATION_WRONG");
  EXPECT_FALSE(process.drained());
  EXPECT_EQ(client.post(path + "/drain", {{"reason", "r"}, {"confirm", "<b>host</b>:1"}}).status, 200);
  EXPECT_TRUE(process.drained());
  EXPECT_EQ(
      audit("action = 'drain'"),
      "drain refused: CONFIRMATION_WRONG: confirm must repeat the name of what is to be changed, drain begun, drain "
      "done");
  const auto refused = client.post(
      "/actors/control",
      {{"process", process.id()}, {"node", std::to_string(process.lane())}, {"action", "restart"}, {"reason", "r"}});
  EXPECT_EQ(refused.reason(), "ACTION_NOT_POSSIBLE");
  EXPECT_THAT(audit("action = 'actor restart'"), HasSubstr("actor restart begun, actor restart ACTION_NOT_POSSIBLE"));
}

// -- projections ---------------------------------------------------------------------------------------------

TEST_F(DashboardPgTest, TellsHowFarAProjectionLags) {
  const auto client = start();
  EXPECT_EQ(carts(client)["lag_events"], "0");
  world_.add_lines(3, "c-1");
  ASSERT_TRUE(eventually([&] { return carts(client)["lag_events"] == "3"; }));
  EXPECT_GE(carts(client)["lag_seconds"].get<double>(), 0);
  EXPECT_THAT(carts(client)["lanes"], SizeIs(4));
  world_.project(1);
  EXPECT_TRUE(eventually([&] { return carts(client)["lag_events"] == "0"; }));
}

TEST_F(DashboardPgTest, PausesAndWritesDownWhoAndWhy) {
  auto client = start();
  const std::string why = "<script>alert(1)</script> \u202E";
  EXPECT_EQ(client.post("/projections/carts/pause", {{"reason", why}}).status, 200);
  EXPECT_EQ(world_.read().value("SELECT paused FROM projections"), "t");
  const auto deeds = client.get("/projections/carts/audit").body["deeds"];
  ASSERT_THAT(deeds, SizeIs(1));
  EXPECT_EQ(deeds[0]["action"], "pause");
  EXPECT_EQ(deeds[0]["reason"], why);
  EXPECT_EQ(deeds[0]["who"], "admin@127.0.0.1");
  EXPECT_TRUE(eventually([&] { return carts(client)["state"] == "paused"; }));
  EXPECT_EQ(client.post("/projections/carts/unpause", {{"reason", "done"}}).status, 200);
  EXPECT_EQ(world_.read().value("SELECT paused FROM projections"), "f");
}

TEST_F(DashboardPgTest, RebuildsVerifiesPromotesRollsBackAndDrops) {
  auto client = start();
  EXPECT_EQ(client.get("/projections/carts/plan").body["target_generation"], 2);
  const json order{{"reason", "r"}, {"confirm", "carts"}};
  const auto begun = client.post("/projections/carts/rebuild", order);
  ASSERT_EQ(begun.status, 200) << begun.body.dump();
  EXPECT_EQ(end_of(client, begun.body["operation"]), "done");
  EXPECT_EQ(client.post("/projections/carts/rebuild", order).reason(), "STATE_CONFLICT");

  json promotion = order;
  promotion["generation"] = 2;
  // Until the rebuild has let go of the projection.
  EXPECT_TRUE(eventually([&] {
    const auto reason = client.post("/projections/carts/promote", promotion).reason();
    return reason == "NOT_VERIFIED";
  }));
  const auto check = client.post("/projections/carts/verify", {{"reason", "r"}, {"generation", 2}}).body["id"];
  json checked;
  ASSERT_TRUE(eventually([&] {
    checked = client.get("/checks/" + check.get<std::string>()).body;
    return checked["state"] != "running";
  }));
  EXPECT_EQ(checked["state"], "done") << checked.dump();
  EXPECT_EQ(checked["different"], "0");
  EXPECT_EQ(client.post("/projections/carts/promote", promotion).status, 200);
  EXPECT_EQ(world_.read().value("SELECT live FROM projections"), "2");
  EXPECT_EQ(client.post("/projections/carts/rollback", order).status, 200);
  EXPECT_EQ(world_.read().value("SELECT live FROM projections"), "1");
  EXPECT_EQ(client.post("/projections/carts/drop", promotion).status, 200);
  EXPECT_EQ(audit("result <> 'begun' AND result NOT LIKE 'refused%'"),
            "rebuild done, rebuild done, verify 0 differences, promote done, rollback done, drop done");
}

TEST_F(DashboardPgTest, WhatTheStateOfThingsRefusesIsWrittenDown) {
  auto client = start();
  const json order{{"reason", "r"}, {"confirm", "carts"}, {"generation", 1}};
  EXPECT_EQ(client.post("/projections/carts/drop", order).reason(), "STATE_CONFLICT");
  EXPECT_EQ(audit("projection = 'carts' AND generation = 1 AND reason = 'r'"),
            "drop refused: STATE_CONFLICT: this generation is live");
}

TEST_F(DashboardPgTest, WhatAKnownPersonMayNotIsWrittenDown) {
  auto client = start_with_tokens();
  client.log_in("look");
  EXPECT_EQ(client.post("/projections/carts/pause", {{"reason", "r"}}).reason(), "ROLE_TOO_LOW");
  EXPECT_EQ(audit("who = 'viewer@127.0.0.1'"),
            "pause refused: ROLE_TOO_LOW: this needs the role operator; you are viewer");
  client.set_header("X-Keel-CSRF", "guess");
  EXPECT_EQ(client.post_as_is("/projections/carts/unpause", R"({"reason":"r"})").reason(), "CSRF_WRONG");
  EXPECT_THAT(audit("action = 'unpause'"), HasSubstr("unpause refused: CSRF_WRONG"));
}

TEST_F(DashboardPgTest, AFloodOfStrangersLeavesTheAuditAsItIs) {
  auto client = start_with_tokens();
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(client.post_as_is("/projections/carts/pause", R"({"reason":"r"})").reason(), "CSRF_WRONG");
  }
  EXPECT_EQ(client.post("/projections/carts/pause", {{"reason", "r"}}).reason(), "LOGIN_REQUIRED");
  EXPECT_EQ(world_.read().value("SELECT count(*) FROM audit"), "0");
}

TEST_F(DashboardPgTest, NeitherDoesOnePersonFillIt) {
  auto client = start_with_tokens();
  client.log_in("look");
  for (int i = 0; i < 50; ++i) client.post("/projections/carts/pause", {{"reason", "r"}});
  EXPECT_EQ(world_.read().value("SELECT count(*) FROM audit"), "20");
}

// -- aggregates and what is parked ---------------------------------------------------------------------------

TEST_F(DashboardPgTest, ShowsAnAggregatesEventsAsFarAsItMay) {
  world_.add_lines(1, "a/b <i>");
  const std::string path = "/aggregates/cart/Cart/a%2Fb%20%3Ci%3E";
  const auto whole_page = start(Payloads::full).get(path).body;
  EXPECT_EQ(whole_page["aggregate"]["id"], "a/b <i>");
  EXPECT_EQ(whole_page["total"], "1");
  EXPECT_EQ(whole_page["events"][0]["type"], "keel.cart.v1.ItemAdded");
  EXPECT_TRUE(whole_page["events"][0]["payload"].contains("line_id"));
  const auto masked_event = start(Payloads::keys).get(path).body["events"][0];
  EXPECT_EQ(masked_event["payload"]["line_id"], "***");
  EXPECT_THAT(masked_event.dump(), Not(HasSubstr("line-")));
  const auto bare_event = start(Payloads::none).get(path).body["events"][0];
  EXPECT_FALSE(bare_event.contains("payload"));
  EXPECT_FALSE(bare_event.contains("state"));
  EXPECT_FALSE(bare_event.contains("changes"));
  EXPECT_GT(bare_event["size_bytes"], 0);
}

TEST_F(DashboardPgTest, PagesThroughALongHistory) {
  world_.add_lines(7, "long");
  const auto client = start();
  const auto page = client.get("/aggregates/cart/Cart/long?from=3&limit=2").body;
  ASSERT_THAT(page["events"], SizeIs(2));
  EXPECT_EQ(page["events"][0]["version"], "3");
  EXPECT_EQ(page["next_version"], "5");
  EXPECT_EQ(page["total"], "7");
  EXPECT_FALSE(client.get("/aggregates/cart/Cart/long?from=6").body.contains("next_version"));
  EXPECT_EQ(client.get("/aggregates/cart/Cart/nobody").reason(), "AGGREGATE_NOT_FOUND");
  EXPECT_EQ(client.get("/aggregates/cart/None/x").reason(), "AGGREGATE_TYPE_NOT_FOUND");
}

TEST_F(DashboardPgTest, ListsRetriesAndDiscardsWhatIsParked) {
  world_.add_poison("c-9");
  world_.project(1);
  auto client = start();
  const auto parked = client.get("/parked?projection=carts").body["parked"];
  ASSERT_THAT(parked, SizeIs(1));
  EXPECT_EQ(parked[0]["aggregate_id"], "c-9");
  json order{{"projection", "carts"}, {"aggregate_type", "Cart"}, {"aggregate_id", "c-9"}, {"reason", "r"}};
  EXPECT_EQ(client.post("/parked/retry", order).reason(), "STILL_POISON");
  EXPECT_EQ(client.post("/parked/discard", order).reason(), "CONFIRMATION_WRONG");
  order["confirm"] = "c-9";
  EXPECT_EQ(client.post("/parked/discard", order).status, 200);
  EXPECT_TRUE(client.get("/parked").body["parked"][0].contains("discarded_at"));
  order["aggregate_id"] = "c-1";
  EXPECT_EQ(client.post("/parked/retry", order).reason(), "NOTHING_PARKED");
}

}  // namespace
}  // namespace keel::dashboard

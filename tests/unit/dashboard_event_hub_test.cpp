#include "dashboard/event_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace keel::dashboard {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class EventHubTest : public testing::Test {
 protected:
  static EventHub::Options options() {
    EventHub::Options options;
    options.max_clients = 2;
    options.ring = 4;
    options.breath = milliseconds(5);
    options.first_id = 100;
    return options;
  }
  std::shared_ptr<Stream> follow(std::set<Topic> topics, const std::string& last_id = "") {
    return *hub_.follow(std::move(topics), last_id);
  }
  static std::string next(Stream& stream) {
    std::string piece;
    EXPECT_TRUE(stream.next(piece));
    return piece;
  }

  ops::Metrics metrics_;
  EventHub hub_{options(), metrics_};
};

TEST_F(EventHubTest, BeginsWithSnapshotsOfWhatIsFollowed) {
  hub_.show(Topic::overview, {{"a", 1}});
  hub_.show(Topic::projections, {{"b", 2}});
  const auto stream = follow({Topic::overview});
  EXPECT_THAT(next(*stream), AllOf(HasSubstr("event: snapshot\ndata: {\"topic\":\"overview\",\"data\":{\"a\":1}}\n\n"),
                                   Not(HasSubstr("projections"))));
}

TEST_F(EventHubTest, TellsWhatChangedAndNothingElse) {
  const auto stream = follow({Topic::overview});
  next(*stream);
  hub_.show(Topic::overview, {{"a", 1}});
  EXPECT_THAT(next(*stream), HasSubstr("id: 101\nevent: delta\ndata: {\"topic\":\"overview\",\"data\":{\"a\":1}}"));
  hub_.show(Topic::overview, {{"a", 1}});
  hub_.show(Topic::projections, {{"b", 1}});
  EXPECT_EQ(next(*stream), "");
}

TEST_F(EventHubTest, OfWhatChangedTwiceOnlyTheLatestIsTold) {
  const auto stream = follow({Topic::overview});
  next(*stream);
  hub_.show(Topic::overview, {{"a", 1}});
  hub_.show(Topic::overview, {{"a", 2}});
  EXPECT_THAT(next(*stream), AllOf(HasSubstr("\"a\":2"), Not(HasSubstr("\"a\":1"))));
}

TEST_F(EventHubTest, EveryEventOfTheTreeIsTold) {
  const auto stream = follow({Topic::tree});
  next(*stream);
  hub_.tell(Topic::tree, Json::array({"one"}), Json::array({"one"}));
  hub_.tell(Topic::tree, Json::array({"two"}), Json::array({"two", "one"}));
  EXPECT_THAT(next(*stream), AllOf(HasSubstr("[\"one\"]}\n"), HasSubstr("[\"two\"]}\n")));
}

TEST_F(EventHubTest, WhoComesBackGoesOnWhereItWas) {
  hub_.tell(Topic::tree, Json::array({"one"}), Json::array());
  hub_.tell(Topic::tree, Json::array({"two"}), Json::array());
  const auto stream = follow({Topic::tree}, "101");
  EXPECT_THAT(next(*stream), AllOf(HasSubstr("two"), Not(HasSubstr("one")), Not(HasSubstr("resync"))));
}

TEST_F(EventHubTest, WhoComesBackTooLateOrFromAnotherRunBeginsAnew) {
  for (int i = 0; i < 6; ++i) hub_.tell(Topic::tree, Json::array({i}), Json::array({"all"}));
  for (const char* id : {"101", "7", "999999", "-1", "x"}) {
    auto stream = follow({Topic::tree}, id);
    EXPECT_THAT(next(*stream), AllOf(HasSubstr("event: resync"), HasSubstr("event: snapshot"), HasSubstr("[\"all\"]")))
        << id;
  }
}

TEST_F(EventHubTest, ASlowClientGetsResyncAndTheLatest) {
  const auto stream = follow({Topic::tree});
  next(*stream);
  for (int i = 0; i < 9; ++i) hub_.tell(Topic::tree, Json::array({i}), Json::array({"latest"}));
  EXPECT_THAT(next(*stream), AllOf(HasSubstr("event: resync"), HasSubstr("[\"latest\"]"), Not(HasSubstr("delta"))));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_sse_dropped_total 1"));
  hub_.tell(Topic::tree, Json::array({"new"}), Json::array());
  EXPECT_THAT(next(*stream), HasSubstr("delta"));
}

TEST_F(EventHubTest, TakesOnlySoManyClientsAndGivesTheirPlacesBack) {
  auto one = follow({Topic::tree});
  const auto two = hub_.place();
  ASSERT_TRUE(two);
  EXPECT_EQ(hub_.follow({Topic::tree}, "").refusal().reason, "TOO_MANY_CLIENTS");
  EXPECT_EQ(hub_.follow({Topic::tree}, "").refusal().status, 503);
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_dashboard_sse_clients 2"));
  one.reset();
  EXPECT_TRUE(hub_.follow({Topic::tree}, ""));
}

TEST_F(EventHubTest, AHeartbeatSaysThatItIsStillThere) {
  auto quick = options();
  quick.heartbeat = milliseconds(0);
  EventHub hub(quick, metrics_);
  const auto stream = *hub.follow({Topic::tree}, "");
  next(*stream);
  EXPECT_EQ(next(*stream), "event: heartbeat\ndata: {}\n\n");
}

TEST_F(EventHubTest, StopEndsWhoWaitsAndWhoComes) {
  auto patient = options();
  patient.breath = std::chrono::minutes(10);
  EventHub hub(patient, metrics_);
  const auto waiting = *hub.follow({Topic::tree}, "");
  next(*waiting);
  std::thread waiter([&] {
    std::string piece;
    EXPECT_FALSE(waiting->next(piece));
  });
  hub.stop();
  waiter.join();
  std::string piece;
  EXPECT_FALSE((*hub.follow({Topic::tree}, ""))->next(piece));
}

TEST_F(EventHubTest, HostileTextsStayOneEvent) {
  hub_.show(Topic::overview, {{"reason", text("a\n\nevent: delta\ndata: {}\r\n\u2028</script>\xff")}});
  const auto stream = follow({Topic::overview});
  const auto piece = next(*stream);
  const auto data = piece.substr(piece.find("data: ") + 6);
  EXPECT_EQ(data.find('\n'), data.size() - 2);
  const auto parsed = Json::parse(data);
  EXPECT_EQ(parsed["data"]["reason"], "a\n\nevent: delta\ndata: {}\r\n\u2028</script>\\xff");
}

}  // namespace
}  // namespace keel::dashboard

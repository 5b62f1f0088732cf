// 100,000 events of 1,000 aggregates, one of which is an event that the running binary does not know: 999 reach the
// head, one is parked, and a binary with the upcaster mends it. docs/protocol.md, "Projection".

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <map>

#include "core/aggregate_ref.hpp"
#include "core/uuid.hpp"
#include "keel/testing/v1/commands.grpc.pb.h"
#include "keel/testing/v1/events.pb.h"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

namespace v1 = keel::testing::v1;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int aggregates = 1'000;
constexpr int versions = 100;
constexpr int poison_version = 37;
constexpr int lanes = 16;
const std::string poison = "counter-500";

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

/// One row a counter: its id, its lane, its place among the lane's counters, how many they are.
std::string counters_sql() {
  std::map<std::int32_t, std::vector<std::string>> by_lane;
  for (int i = 0; i < aggregates; ++i) {
    const auto id = "counter-" + std::to_string(i);
    by_lane[lane_of("Counter", id, lanes).value].push_back(id);
  }
  std::string rows;
  for (const auto& [lane, ids] : by_lane) {
    for (std::size_t place = 0; place < ids.size(); ++place) {
      rows += (rows.empty() ? "('" : ",('") + ids[place] + "'," + std::to_string(lane) + "," +
              std::to_string(place + 1) + "," + std::to_string(ids.size()) + ")";
    }
  }
  return "(VALUES " + rows + ") AS c(id, lane, place, count)";
}

/// Every counter moves by one, a hundred times, in turn; the poisoned one is opened in the middle of it.
void fill(const Database& journal) {
  journal.run(
      "INSERT INTO events (context, lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, "
      "metadata,"
      " recorded_at) "
      "SELECT 'testing', c.lane, (v - 1) * c.count + c.place, 0, 'Counter', c.id, v, 'keel.testing.v1.CounterMoved',"
      "       '\\x080110'::bytea || decode(lpad(to_hex(v), 2, '0'), 'hex'), ''::bytea,"
      "       timestamptz '2026-01-01 00:00Z' + ((v - 1) * c.count + c.place) * interval '1 ms'"
      "  FROM generate_series(1, " +
      std::to_string(versions) + ") AS v, " + counters_sql());
  v1::CounterOpened opened;
  opened.set_starting_value(poison_version);
  opened.set_label("door");
  journal.run(
      "SET session_replication_role = replica; UPDATE events SET type = 'keel.testing.v1.CounterOpened', payload = "
      "'\\x" +
      hex(opened.SerializeAsString()) + "' WHERE aggregate_id = '" + poison +
      "' AND version = " + std::to_string(poison_version));
}

std::string rows_digest(const Database& read) {
  return read.value(
      "SELECT md5(string_agg(t::text, ',' ORDER BY counter_id)) FROM (SELECT counter_id, version, changed_at, state, "
      "lane,"
      " position FROM counters_g1) t");
}

bool at_the_head(const Database& read) {
  return eventually(
      [&] { return read.value("SELECT sum(position) FROM checkpoints") == std::to_string(aggregates * versions); },
      std::chrono::seconds(120));
}

class EvolutionE2e : public ::testing::Test {
 protected:
  EvolutionE2e() { fill(system_.journal()); }

  KeelSystem::Ran replay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    return system_.run(arguments);
  }
  std::string version_of(const std::string& id) {
    return system_.read_store().value("SELECT version FROM counters_g1 WHERE counter_id = '" + id + "'");
  }
  grpc::Status move(const std::string& id, v1::MoveCounterResponse& response) {
    v1::MoveCounterRequest request;
    request.set_counter_id(id);
    request.set_request_id(make_uuid_v7(system_now()).text());
    request.set_amount(1);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return v1::TestingCommandService::NewStub(system_.channel("command"))->MoveCounter(&context, request, &response);
  }

  KeelSystem system_{{.brokers = "", .program = "keel_of_forgetful_counters", .environment = {}}};
};

TEST_F(EvolutionE2e, OnePoisonParksOneAggregateAndARetryWithAnUpcasterGivesTheStateOfACleanRun) {
  system_.start("projector");
  ASSERT_TRUE(at_the_head(system_.read_store())) << system_.log_of("projector");
  EXPECT_EQ(system_.read_store().value("SELECT count(*) FROM counters_g1 WHERE version = 100"), "999");
  EXPECT_EQ(version_of(poison), std::to_string(poison_version - 1));

  const auto list = replay({"parked", "list", "-o", "jsonl"});
  EXPECT_EQ(list.code, 0) << list.output;
  EXPECT_THAT(list.output, HasSubstr("\"aggregate\":\"Counter/counter-500\",\"depth\":64,"));
  EXPECT_EQ(std::ranges::count(list.output, '\n'), 1) << list.output;

  const auto forgetful = replay({"parked", "retry", "counters", poison, "--yes"});
  EXPECT_EQ(forgetful.code, 7) << forgetful.output;
  EXPECT_THAT(forgetful.output, HasSubstr("still poison"));

  system_.use("keel_of_counters");
  const auto shown = replay({"parked", "show", "counters", poison, "--limit", "1", "-o", "jsonl"});
  EXPECT_THAT(shown.output, HasSubstr("\"starting_value\":\"37\"")) << shown.output;
  const auto dry = replay({"parked", "retry", "counters", "--all", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.output;
  EXPECT_THAT(dry.output, HasSubstr("folded 64 events"));
  EXPECT_EQ(version_of(poison), std::to_string(poison_version - 1)) << "a rehearsal changes nothing";
  EXPECT_EQ(replay({"parked", "retry", "counters", poison}).code, 2) << "nobody can be asked here";
  EXPECT_EQ(replay({"parked", "retry", "counters", "nobody", "--yes"}).code, 3);

  const auto mended = replay({"parked", "retry", "counters", poison, "--yes", "--reason", "upcaster"});
  EXPECT_EQ(mended.code, 0) << mended.output;
  EXPECT_EQ(version_of(poison), "100");
  EXPECT_EQ(system_.read_store().value("SELECT count(*) FROM parked"), "0");

  const auto digest = rows_digest(system_.read_store());
  EXPECT_EQ(system_.stop("projector"), 0);
  system_.read_store().run("TRUNCATE counters_g1, checkpoints, parked");
  system_.start("projector");
  ASSERT_TRUE(at_the_head(system_.read_store())) << system_.log_of("projector");
  EXPECT_EQ(rows_digest(system_.read_store()), digest) << "the rows are not those of a clean run";
}

TEST_F(EvolutionE2e, ARunningProjectorNoticesTheRetryAndFoldsWhatComesNext) {
  system_.start("projector");
  ASSERT_TRUE(at_the_head(system_.read_store())) << system_.log_of("projector");
  system_.use("keel_of_counters");
  ASSERT_EQ(replay({"parked", "retry", "counters", "--all", "--yes"}).code, 0);
  system_.start("command");
  v1::MoveCounterResponse moved;
  const auto status = move(poison, moved);
  ASSERT_TRUE(status.ok()) << status.error_message() << system_.log_of("command");
  EXPECT_EQ(moved.version(), 101) << "an event that became two is one version";
  EXPECT_TRUE(eventually([&] { return version_of(poison) == "101"; })) << system_.log_of("projector");
  EXPECT_EQ(system_.read_store().value("SELECT count(*) FROM parked"), "0");
}

TEST_F(EvolutionE2e, AnEventThatNobodyKnowsQuarantinesItsAggregateAlone) {
  system_.start("command");
  v1::MoveCounterResponse moved;
  EXPECT_EQ(move(poison, moved).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(move("counter-1", moved).ok());
  EXPECT_EQ(moved.version(), 101);
}

TEST_F(EvolutionE2e, TheJournalsToolsReadTheOldEventAndFindIfTheyCannot) {
  const auto found = replay({"journal", "check", "-o", "jsonl"});
  EXPECT_EQ(found.code, 6) << found.output;
  EXPECT_THAT(found.output, HasSubstr("\"kind\":\"undecodable\""));
  EXPECT_THAT(found.output, HasSubstr("100000 events read"));
  EXPECT_THAT(found.output, HasSubstr(": 1 findings"));

  system_.use("keel_of_counters");
  const auto clean = replay({"journal", "check"});
  EXPECT_EQ(clean.code, 0) << clean.output;
  EXPECT_THAT(clean.output, HasSubstr(": 0 findings"));

  const auto shown = replay({"journal", "show", "testing", poison, "--version", "37", "-o", "jsonl"});
  EXPECT_EQ(shown.code, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("\"event\":{\"starting_value\":\"37\",\"label\":\"door\"}"));
  EXPECT_THAT(shown.output, HasSubstr("\"today\":[{\"type\":\"keel.testing.v1.CounterMoved\""));
  EXPECT_THAT(shown.output, HasSubstr("{\"path\":\"label\",\"kind\":\"changed\",\"before\":\"\",\"after\":\"door\"}"));
  EXPECT_THAT(shown.output, HasSubstr("\"state\":{\"value\":\"37\",\"label\":\"door\"}"));
  EXPECT_EQ(replay({"journal", "show", "testing", "nobody"}).code, 3);
  EXPECT_EQ(replay({"journal", "show", "nowhere", poison}).code, 3);
  EXPECT_EQ(replay({"journal", "show", "testing", poison, "--version", "1", "--time", "2026-01-01"}).code, 2);

  const auto stats = replay({"journal", "stats", "-o", "csv"});
  EXPECT_EQ(stats.code, 0) << stats.output;
  EXPECT_THAT(stats.output, HasSubstr("testing,16,100000,"));
}

TEST_F(EvolutionE2e, TheToolsTellHowTheyAreUsedAndRefuseWhatTheyDoNotUnderstand) {
  using Words = std::pair<std::string, std::string>;
  for (const auto& [group, command] :
       {Words{"journal", "stats"}, Words{"journal", "check"}, Words{"journal", "show"}, Words{"parked", "list"},
        Words{"parked", "show"}, Words{"parked", "retry"}, Words{"parked", "discard"}}) {
    const auto help = replay({group, command, "--help"});
    EXPECT_EQ(help.code, 0) << help.output;
    EXPECT_THAT(help.output, HasSubstr("--output"));
    EXPECT_EQ(replay({group, command, "--nonsense"}).code, 2);
  }
  EXPECT_EQ(replay({"journal"}).code, 2);
  EXPECT_EQ(replay({"journal", "show", "testing"}).code, 2);
  EXPECT_EQ(replay({"journal", "show", "testing", poison, "--time", "yesterday"}).code, 2);
  EXPECT_EQ(replay({"journal", "check", "--sessions", "0"}).code, 2);
  EXPECT_EQ(replay({"parked", "list", "nothing"}).code, 3);
  EXPECT_EQ(replay({"parked", "retry", "counters", "--yes"}).code, 2) << "whom?";
  EXPECT_EQ(replay({"parked", "show", "counters", "nobody"}).code, 3);
  const std::map<std::string, std::string> nowhere{{"KEEL_JOURNAL__DSN", "host=127.0.0.1 port=1 dbname=none"}};
  EXPECT_EQ(system_.run({"replay", "journal", "stats"}, nowhere).code, 8);
}

TEST_F(EvolutionE2e, DiscardedIsOutOfTheListAndStaysMarked) {
  system_.start("projector");
  ASSERT_TRUE(at_the_head(system_.read_store())) << system_.log_of("projector");
  EXPECT_EQ(replay({"parked", "discard", "counters", poison, "--yes", "--reason", "test"}).code, 0);
  EXPECT_THAT(replay({"parked", "list", "-o", "jsonl"}).output, Not(HasSubstr(poison)));
  EXPECT_THAT(replay({"parked", "list", "--all", "-o", "jsonl"}).output, HasSubstr("\"state\":\"discarded\""));
  EXPECT_EQ(system_.read_store().value("SELECT count(*) FROM parked"), "64") << "queries go on marking its rows";
}

}  // namespace
}  // namespace keel::test

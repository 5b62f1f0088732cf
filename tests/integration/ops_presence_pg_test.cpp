#include "ops/postgres_presence.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>

#include "ops/postgres_processes.hpp"
#include "support/postgres_cluster.hpp"
#include "support/read_store.hpp"

namespace keel::ops {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::Cluster;
using test::Database;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool soon(const std::function<bool()>& condition) {
  const auto give_up = steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

Database migrated() { return Cluster::shared().journal_database({{"cart"}, 1}); }

/// A process with a registry, and somebody who looks for it in the same database.
class PresenceTest : public ::testing::Test {
 protected:
  explicit PresenceTest(Database of = migrated()) : database(std::move(of)) {}

  static ProcessIdentity identity() {
    ProcessIdentity own;
    own.id = make_uuid_v7(system_now());
    own.role = "command";
    own.node = "host:1";
    own.version = "1.2.3";
    own.started_at = system_now();
    own.grpc_address = "127.0.0.1:50051";
    own.status_address = "127.0.0.1:9464";
    return own;
  }

  PresenceOptions quick() const {
    PresenceOptions options;
    options.dsn = database.dsn;
    options.beat_every = milliseconds(20);
    options.first_pause = milliseconds(10);
    options.longest_pause = milliseconds(50);
    options.patience = std::chrono::seconds(10);
    return options;
  }

  PostgresPresence& announce() { return presence.emplace(quick(), own, registry); }

  std::optional<KnownProcess> known() {
    const auto processes = reader.known_processes();
    if (!processes || processes->empty()) return std::nullopt;
    return processes->front();
  }

  std::vector<std::uint64_t> stored_sequences() {
    const auto events = reader.history({});
    std::vector<std::uint64_t> sequences;
    if (!events) return sequences;
    for (const auto& past : *events) sequences.insert(sequences.begin(), past.event.sequence);
    return sequences;
  }

  bool stored(std::uint64_t sequence) {
    return soon([&] {
      const auto sequences = stored_sequences();
      return !sequences.empty() && sequences.back() >= sequence;
    });
  }

  std::string tree_at(Timestamp at) {
    std::string lines;
    const auto nodes = reader.tree_at(own.id, at);
    EXPECT_TRUE(nodes);
    for (const auto& node : *nodes) {
      lines += node.path + " " + std::string(name_of(node.state)) + " " + std::to_string(node.restarts) + ";";
    }
    return lines;
  }

  const Database database;
  const ProcessIdentity own = identity();
  Timestamp now = Timestamp(std::chrono::seconds(system_now().time_since_epoch().count() / 1'000'000));
  Metrics metrics;
  SupervisionRegistry registry{
      {.history = 5, .max_troubled = 8, .max_cause_bytes = 512, .clock = [this] { return now; }}, metrics};
  PostgresProcesses reader{{.dsn = database.dsn}};
  std::optional<PostgresPresence> presence;
};

TEST_F(PresenceTest, MakesAProcessKnownToOthers) {
  announce();
  ASSERT_TRUE(soon([&] { return known() && !presence->trouble(); }));
  const auto process = *known();
  EXPECT_EQ(process.identity.id, own.id);
  EXPECT_EQ(process.identity.role, "command");
  EXPECT_EQ(process.identity.node, "host:1");
  EXPECT_EQ(process.identity.version, "1.2.3");
  EXPECT_EQ(process.identity.started_at, own.started_at);
  EXPECT_EQ(process.identity.grpc_address, "127.0.0.1:50051");
  EXPECT_EQ(process.identity.status_address, "127.0.0.1:9464");
  EXPECT_EQ(process.presence, Presence::up);
  EXPECT_EQ(process.stopped_at, std::nullopt);
}

TEST_F(PresenceTest, BeatsOnAndOn) {
  announce();
  ASSERT_TRUE(soon([&] { return known().has_value(); }));
  const Timestamp first = known()->beat_at;
  EXPECT_TRUE(soon([&] { return known()->beat_at > first; }));
}

TEST_F(PresenceTest, SaysFarewellAfterEverythingThatHappened) {
  announce();
  ASSERT_TRUE(soon([&] { return known().has_value(); }));
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  registry.stopped(root, "");
  presence->stop();
  EXPECT_EQ(known()->presence, Presence::stopped);
  EXPECT_TRUE(known()->stopped_at);
  EXPECT_THAT(stored_sequences(), ElementsAre(1u, 2u));
}

TEST_F(PresenceTest, IsStaleAndThenDeadWhenItBeatsNoMore) {
  announce().stop();
  const auto silent_for = [&](const std::string& time) {
    database.run("UPDATE processes SET stopped_at = NULL, beat_at = clock_timestamp() - interval '" + time + "'");
    return known()->presence;
  };
  EXPECT_EQ(silent_for("1 s"), Presence::up);
  EXPECT_EQ(silent_for("5 s"), Presence::stale);
  EXPECT_EQ(silent_for("20 s"), Presence::dead);
}

TEST_F(PresenceTest, ComesBackWhenItsRowWasTakenAway) {
  announce();
  ASSERT_TRUE(soon([&] { return known().has_value(); }));
  database.run("DELETE FROM processes");
  EXPECT_TRUE(soon([&] { return known().has_value(); }));
}

TEST_F(PresenceTest, CopiesTheHistoryAsItWasTold) {
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  const NodeId lane = registry.started({.parent = root, .name = "lane 1"});
  registry.crashed(lane, std::string_view("no\0thing \"good'\\\n", 17));
  registry.backing_off(lane, milliseconds(250));
  announce();
  ASSERT_TRUE(stored(4));
  const auto events = *reader.history({.process = own.id, .path = "command/lane 1", .limit = 2});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].process, own.id);
  EXPECT_EQ(events[0].event.happening, Happening::backing_off);
  EXPECT_EQ(events[0].event.delay, milliseconds(250));
  EXPECT_EQ(events[1].event.sequence, 3u);
  EXPECT_EQ(events[1].event.happening, Happening::crashed);
  EXPECT_EQ(events[1].event.kind, NodeKind::worker);
  EXPECT_EQ(events[1].event.path, "command/lane 1");
  EXPECT_EQ(events[1].event.node, lane);
  EXPECT_EQ(events[1].event.parent, root);
  EXPECT_EQ(events[1].event.at, now);
  EXPECT_EQ(events[1].event.cause, "no\xEF\xBF\xBDthing \"good'\\\n");
}

TEST_F(PresenceTest, FindsHistoryByPathAndTime) {
  const Timestamp early = now;
  const NodeId root = registry.started({.parent = 0, .name = "a", .kind = NodeKind::supervisor});
  registry.started({.parent = root, .name = "b"});
  now += std::chrono::seconds(1);
  registry.started({.parent = 0, .name = "ab"});
  announce();
  ASSERT_TRUE(stored(3));
  EXPECT_EQ(reader.history({.path = "a"})->size(), 2u);
  EXPECT_EQ(reader.history({.after = early})->size(), 1u);
  EXPECT_EQ(reader.history({.until = early})->size(), 2u);
  EXPECT_EQ(reader.history({.process = make_uuid_v7(now)})->size(), 0u);
  const auto span = *reader.span(own.id);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->oldest_at, early);
  EXPECT_EQ(span->latest_at, now);
  EXPECT_FALSE(*reader.span(make_uuid_v7(now)));
}

TEST_F(PresenceTest, TellsTheTreeOfAnyMoment) {
  const Timestamp start = now;
  const auto later = [&](int seconds) { return start + std::chrono::seconds(seconds); };
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  const NodeId lane = registry.started({.parent = root, .name = "lane 1"});
  announce();
  ASSERT_TRUE(stored(2));
  now = later(1);
  registry.crashed(lane, "boom");
  registry.backing_off(lane, milliseconds(250));
  ASSERT_TRUE(stored(4));
  now = later(2);
  registry.restarted(lane);
  ASSERT_TRUE(stored(5));
  now = later(3);
  registry.stopped(root, "");
  ASSERT_TRUE(stored(7));

  EXPECT_EQ(tree_at(start - milliseconds(1)), "");
  EXPECT_EQ(tree_at(start), "command running 0;command/lane 1 running 0;");
  EXPECT_EQ(tree_at(later(1)), "command running 0;command/lane 1 backing_off 0;");
  EXPECT_EQ(tree_at(later(2)), "command running 0;command/lane 1 running 1;");
  EXPECT_EQ(tree_at(later(3)), "command stopped 0;");
  const PastNode node = reader.tree_at(own.id, later(2))->back();
  EXPECT_EQ(node.name, "lane 1");
  EXPECT_EQ(node.since, later(2));
  EXPECT_EQ(node.last_cause, "boom");
  EXPECT_EQ(node.parent, root);
}

TEST_F(PresenceTest, KeepsHowLongACrashedAggregateBackedOff) {
  const NodeId root = registry.started({.parent = 0, .name = "lane 1", .kind = NodeKind::supervisor});
  const auto group = registry.started_group(root, "aggregates");
  registry.aggregate_crashed(group->node(), "Cart a/b", "boom");
  registry.aggregate_backing_off(group->node(), "Cart a/b", milliseconds(250));
  announce();
  ASSERT_TRUE(stored(4));
  const auto events = *reader.history({.process = own.id, .path = "lane 1/aggregates/Cart a/b", .limit = 1});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.happening, Happening::backing_off);
  EXPECT_EQ(events[0].event.delay, milliseconds(250));
  EXPECT_EQ(events[0].event.cause, "boom");
  EXPECT_EQ(reader.tree_at(own.id, now)->back().state, NodeState::backing_off);
}

TEST_F(PresenceTest, ShowsAnAggregateUntilItIsWellAgain) {
  const Timestamp start = now;
  const NodeId root = registry.started({.parent = 0, .name = "lane 1", .kind = NodeKind::supervisor});
  const auto group = registry.started_group(root, "aggregates");
  registry.aggregate_quarantined(group->node(), "Cart a/b", "bad bytes");
  now += std::chrono::seconds(1);
  registry.aggregate_recovered(group->node(), "Cart a/b");
  announce();
  ASSERT_TRUE(stored(4));
  EXPECT_EQ(tree_at(start), "lane 1 running 0;lane 1/aggregates running 0;lane 1/aggregates/Cart a/b quarantined 0;");
  EXPECT_EQ(reader.tree_at(own.id, start)->back().name, "Cart a/b");
  EXPECT_EQ(tree_at(now), "lane 1 running 0;lane 1/aggregates running 0;");
}

TEST_F(PresenceTest, ForgetsWhatIsOlderThanTheRetentionButNotHowNodesWereAtItsStart) {
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  registry.crashed(root, "boom");
  registry.restarted(root);
  announce();
  ASSERT_TRUE(stored(3));
  database.run("UPDATE supervision_history SET at = at - interval '8 days'");
  database.run(
      "INSERT INTO supervision_history VALUES (gen_random_uuid(), 1, now() - interval '8 days', 1, 0, 'worker', 'x',"
      " 'started', '', 0), (gen_random_uuid(), 1, now() - interval '6 days', 1, 0, 'worker', 'y', 'started', '', 0);"
      "INSERT INTO processes VALUES (gen_random_uuid(), 'query', 'n', 'v', now() - interval '9 days',"
      " now() - interval '8 days', NULL, '', '')");
  presence.reset();
  auto options = quick();
  options.prune_every = milliseconds(1);
  // Another process prunes: this one would tell its own history once more.
  Metrics no_metrics;
  SupervisionRegistry untold{{}, no_metrics};
  presence.emplace(options, identity(), untold);
  const auto left = [&] {
    return database.value("SELECT string_agg(path || ' ' || happening, ';' ORDER BY path) FROM supervision_history");
  };
  const std::string wanted = "command restarted;y started";
  EXPECT_TRUE(soon([&] { return left() == wanted; })) << left();
  EXPECT_EQ(database.value("SELECT count(*) FROM processes"), "2") << "what has not beaten for so long has gone";
  presence.reset();
}

TEST_F(PresenceTest, TellsWhoMayNotRead) {
  database.run("DO $$ BEGIN CREATE ROLE a_stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  PostgresProcesses stranger({.dsn = database.dsn + " user=a_stranger"});
  const auto processes = stranger.known_processes();
  ASSERT_FALSE(processes);
  EXPECT_EQ(processes.fault().cause, Fault::Cause::denied) << processes.fault().what;
  EXPECT_THAT(processes.fault().what, HasSubstr("processes"));
}

TEST_F(PresenceTest, NeverHoldsUpTheEndOfAProcess) {
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(silent, 8), 0);
  ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);

  auto options = quick();
  options.dsn = "host=127.0.0.1 dbname=nowhere port=" + std::to_string(ntohs(address.sin_port));
  options.patience = milliseconds(100);
  presence.emplace(options, own, registry);
  const int accepted = ::accept(silent, nullptr, nullptr);
  const auto begin = steady_clock::now();
  presence->stop();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_TRUE(presence->trouble());
  ::close(accepted);
  ::close(silent);
}

/// A server of its own, which comes and goes.
class AbsentDatabase : public PresenceTest {
 protected:
  AbsentDatabase() : AbsentDatabase(std::make_unique<Cluster>()) {}

  std::unique_ptr<Cluster> cluster;

 private:
  explicit AbsentDatabase(std::unique_ptr<Cluster> own_cluster)
      : PresenceTest(own_cluster->journal_database({{"cart"}, 1})), cluster(std::move(own_cluster)) {}
};

TEST_F(AbsentDatabase, HistoryIsCaughtUpWhenItComesBack) {
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  announce();
  ASSERT_TRUE(stored(1));
  cluster->stop_fast();
  ASSERT_TRUE(soon([&] { return presence->trouble().has_value(); }));
  registry.crashed(root, "boom");
  registry.restarted(root);
  cluster->start();
  ASSERT_TRUE(stored(3));
  EXPECT_THAT(stored_sequences(), ElementsAre(1u, 2u, 3u));
  EXPECT_TRUE(soon([&] { return !presence->trouble(); }));
}

TEST_F(AbsentDatabase, WhatTheRingNoLongerKeepsShowsAsAHole) {
  const NodeId root = registry.started({.parent = 0, .name = "command", .kind = NodeKind::supervisor});
  announce();
  ASSERT_TRUE(stored(1));
  cluster->stop_fast();
  ASSERT_TRUE(soon([&] { return presence->trouble().has_value(); }));
  for (int i = 0; i < 4; ++i) {
    registry.crashed(root, "boom");
    registry.restarted(root);
  }
  cluster->start();
  ASSERT_TRUE(stored(9));
  EXPECT_THAT(stored_sequences(), ElementsAre(1u, 5u, 6u, 7u, 8u, 9u));
}

/// As the deployment has it: logins that are members of one role each, and no more.
class ReadStoreRoles : public PresenceTest {
 protected:
  ReadStoreRoles() : PresenceTest(test::read_database(Cluster::shared(), {})) {
    database.run(
        "DO $$ BEGIN CREATE ROLE an_asker LOGIN IN ROLE keel_query; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  }

  std::string asker() const { return database.dsn + " user=an_asker"; }
};

TEST_F(ReadStoreRoles, TheQueryRoleBeatsReadsAndChangesNothingElse) {
  registry.started({.parent = 0, .name = "query", .kind = NodeKind::supervisor});
  auto options = quick();
  options.dsn = asker();
  presence.emplace(options, own, registry);
  ASSERT_TRUE(stored(1));
  presence->stop();
  EXPECT_EQ(PostgresProcesses({.dsn = asker()}).known_processes()->front().presence, Presence::stopped);
  for (const std::string deed : {"DELETE FROM processes", "UPDATE processes SET role = 'x'",
                                 "DELETE FROM supervision_history", "UPDATE supervision_history SET cause = ''"}) {
    EXPECT_ANY_THROW(database.run("SET ROLE keel_query; " + deed)) << deed;
  }
  EXPECT_NO_THROW(database.run("SET ROLE keel_query; SELECT keel_prune_processes('7 days')"));
  EXPECT_ANY_THROW(database.run("SET ROLE keel_query; SELECT keel_prune_processes('1 minute')"));
}

TEST_F(ReadStoreRoles, DeedsThatConcernNoProjectionCanBeAudited) {
  EXPECT_NO_THROW(
      database.run("SET ROLE keel_replay; INSERT INTO audit (who, action, projection, reason, result, target)"
                   " VALUES ('me', 'drain', '', 'why', 'asked', 'p')"));
}

}  // namespace
}  // namespace keel::ops

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "integration/writer_rivals.hpp"
#include "journal/postgres_journal.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// KEEL_STRESS_SECONDS, by default a minute.
seconds duration() {
  const char* chosen = std::getenv("KEEL_STRESS_SECONDS");
  return seconds(chosen == nullptr ? 60 : std::strtol(chosen, nullptr, 10));
}

/// The journal as it is at the end.
struct Truth {
  struct Event {
    AggregateRef aggregate;
    Version version;
    std::string payload;
  };
  std::map<std::pair<Lane, Position>, Event> events;
  std::map<std::pair<AggregateRef, Version>, std::string> by_version;
  std::map<std::string, std::int64_t> times;
};

class RivalWriters : public ::testing::Test {
 protected:
  static constexpr unsigned rivals = 4;

  journal::OpenJournal opener(const std::string& name) const {
    auto options = database.options();
    options.application_name = name;
    options.block_patience = milliseconds(50);
    return journal::PostgresJournal::opener(options);
  }

  /// Kills random back ends of the rivals, and holds a lane's row like a client that stopped between Execute and Sync.
  void disturb(const std::atomic<bool>& stop) {
    std::mt19937_64 random(4711);
    while (!stop) {
      std::this_thread::sleep_for(milliseconds(20 + random() % 60));
      const auto rival = std::to_string(random() % rivals);
      try {
        if (random() % 3 == 0) {
          database.run("BEGIN; SELECT FROM lanes WHERE lane = " + std::to_string(random() % RivalOwner::lanes) +
                       " FOR NO KEY UPDATE; SELECT pg_sleep(0.2); COMMIT");
        } else {
          kills += database
                       .rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rival-" +
                             rival + (random() % 3 == 0 ? "-owner'" : "-writer'"))
                       .size();
        }
      } catch (const std::exception&) {
        ++blockers_terminated;
      }
    }
  }

  void fight() {
    std::atomic<bool> stop = false;
    OpenWishes wishes;
    told.resize(rivals);
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < rivals; ++number) {
      threads.emplace_back([this, number, &stop, &wishes] {
        const auto name = "rival-" + std::to_string(number);
        RivalOwner rival(number, opener(name + "-owner"), opener(name + "-writer"), wishes);
        told[number] = rival.run(stop);
      });
    }
    std::thread disturber([this, &stop] { disturb(stop); });
    std::this_thread::sleep_for(duration());
    stop = true;
    for (auto& thread : threads) thread.join();
    disturber.join();
    // whoever takes the lanes now waits for every statement that still runs
    auto session = *opener("referee")();
    const journal::Owner referee{make_uuid_v7(system_now()), "referee"};
    const std::vector<std::string> contexts{"cart"};
    ASSERT_TRUE(session->beat(referee));
    ASSERT_TRUE(session->take_over(referee, contexts, true));
  }

  Truth truth() const {
    Truth found;
    for (const auto& row :
         database.rows("SELECT lane, position, aggregate_type, aggregate_id, version, convert_from(payload, 'UTF8')"
                       " FROM events WHERE context = 'cart'")) {
      Truth::Event event{{row[2], row[3]}, Version{std::stoll(row[4])}, row[5]};
      found.by_version[{event.aggregate, event.version}] = event.payload;
      ++found.times[event.payload];
      found.events[{Lane{std::stoi(row[0])}, Position{std::stoll(row[1])}}] = std::move(event);
    }
    return found;
  }

  Database database = Cluster::shared().journal_database({{"cart"}, RivalOwner::lanes});
  std::vector<Told> told;
  std::size_t kills = 0;
  std::size_t blockers_terminated = 0;
};

TEST_F(RivalWriters, LeaveNoHoleAndLoseNothingThatWasAcknowledged) {
  fight();
  const auto none = std::vector<std::vector<std::string>>{};
  EXPECT_EQ(
      database.rows("SELECT lane FROM events GROUP BY lane HAVING min(position) <> 1 OR max(position) <> count(*)"),
      none)
      << "positions are dense";
  EXPECT_EQ(database.rows("SELECT aggregate_id FROM events GROUP BY aggregate_type, aggregate_id"
                          " HAVING min(version) <> 1 OR max(version) <> count(*)"),
            none)
      << "versions are dense";
  EXPECT_EQ(database.rows("SELECT lane, position FROM (SELECT lane, position, epoch, recorded_at,"
                          " lag(epoch) OVER w AS epoch_before, lag(recorded_at) OVER w AS recorded_before FROM events"
                          " WINDOW w AS (PARTITION BY lane ORDER BY position)) AS e"
                          " WHERE epoch < epoch_before OR recorded_at < recorded_before"),
            none)
      << "epochs and times never go back";
  EXPECT_EQ(database.rows("SELECT request_id FROM receipts GROUP BY lane, request_id HAVING count(*) > 1"), none);
  EXPECT_EQ(database.rows("SELECT e.payload FROM events e WHERE NOT EXISTS (SELECT FROM receipts r"
                          " WHERE r.lane = e.lane AND r.reply = e.payload)"),
            none)
      << "no event stands without its receipt";

  const auto journal = truth();
  Told sum;
  for (const Told& one : told) {
    EXPECT_EQ(one.answered, one.submitted) << "every item gets exactly one outcome";
    EXPECT_EQ(one.bugs, std::vector<std::string>{});
    for (const auto& stored : one.stored) {
      for (std::int64_t i = 0; i < stored.events; ++i) {
        const auto found = journal.events.find({stored.lane, Position{stored.position.value - i}});
        ASSERT_NE(found, journal.events.end()) << stored.payload;
        ASSERT_EQ(found->second.payload, stored.payload);
        ASSERT_EQ(found->second.version.value, stored.version.value - i);
      }
      const auto times = journal.times.find(stored.payload);
      ASSERT_EQ(times == journal.times.end() ? 0 : times->second, stored.events) << "present once";
    }
    for (const auto& payload : one.absent) ASSERT_FALSE(journal.times.contains(payload)) << payload;
    for (const auto& stood : one.stood) {
      if (stood.version == Version{}) continue;
      const auto found = journal.by_version.find({stood.aggregate, stood.version});
      ASSERT_NE(found, journal.by_version.end()) << "an answer was told before it was durable";
      ASSERT_EQ(found->second, stood.payload) << "an answer rested on what never was";
    }
    sum.submitted += one.submitted;
    sum.take_overs += one.take_overs;
    sum.retakes += one.retakes;
    sum.unknown += one.unknown;
    sum.lost += one.lost;
    sum.stored.insert(sum.stored.end(), one.stored.begin(), one.stored.end());
    sum.stood.insert(sum.stood.end(), one.stood.begin(), one.stood.end());
  }
  std::cout << sum.take_overs << " take-overs, " << sum.retakes << " re-takes, " << sum.lost << " times fenced, "
            << kills << " back ends killed, " << blockers_terminated << " blockers terminated; " << sum.submitted
            << " items, " << sum.stored.size() << " stored, " << sum.stood.size() << " answered, " << sum.unknown
            << " unknown; " << journal.events.size() << " events, 0 holes\n";
  EXPECT_GT(sum.take_overs, static_cast<std::size_t>(duration().count()));
  EXPECT_GT(sum.stored.size(), 0U);
  EXPECT_GT(sum.stood.size(), 0U);
  EXPECT_GT(sum.lost, 0U);
  EXPECT_GT(sum.retakes, 0U);
  EXPECT_GT(sum.unknown, 0U);
  EXPECT_GT(kills, 0U);
}

}  // namespace
}  // namespace keel::test

#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>

#include "integration/journal_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

constexpr int lanes = 4;
constexpr int rivals = 3;
constexpr int take_overs_each = 350;

/// One of several processes that all believe they own the lanes. It writes until it is told otherwise, then forces its
/// way back in; what it was told is stored it counts.
class RivalOwner {
 public:
  RivalOwner(const Database& database, unsigned seed) : database_(database), random_(seed) {}

  void fight() {
    for (int round = 0; round < take_overs_each; ++round) {
      while (desk_ == nullptr || !desk_->session->usable()) open();
      const std::vector<std::string> contexts = {"cart"};
      if (!desk_->session->beat(desk_->owner)) continue;
      const auto taken = desk_->session->take_over(desk_->owner, contexts, true);
      if (!taken) continue;
      desk_->lanes = taken->held.at(0);
      while (write_a_batch()) pause();
    }
  }

  std::int64_t stored() const { return stored_; }

 private:
  void open() {
    auto options = database_.options();
    options.block_patience = std::chrono::milliseconds(20);
    options.application_name = "rival";
    try {
      desk_ = std::make_unique<JournalDesk>(options);
    } catch (const std::runtime_error&) {
      desk_.reset();  // killed while it connected
    }
  }

  void pause() {
    for (auto left = random_() % 4; left > 0; --left) std::this_thread::yield();
  }

  bool write_a_batch() {
    std::vector<journal::Entry> entries;
    for (int lane = 0; lane < lanes; ++lane) {
      entries.push_back(JournalDesk::entry(Lane{lane}, make_uuid_v7(system_now()).text(), 0, 2));
    }
    std::vector<const journal::Entry*> pointers;
    for (const auto& entry : entries) pointers.push_back(&entry);
    const auto appended = desk_->session->append({"cart", desk_->lanes, pointers});
    EXPECT_NE(appended.outcome, AppendOutcome::misplaced) << appended.what;
    EXPECT_NE(appended.outcome, AppendOutcome::broken) << appended.what;
    if (appended.outcome != AppendOutcome::stored) return false;
    for (auto& lane : desk_->lanes) lane.last = lane.last.plus(2);
    ++stored_;
    return random_() % 8 != 0;
  }

  const Database& database_;
  std::mt19937 random_;
  std::unique_ptr<JournalDesk> desk_;
  std::int64_t stored_ = 0;
};

TEST(JournalRivals, ThousandsOfTakeOversAndKilledBackEndsLeaveNoHoleAndNoHalfBatch) {
  const Database database = Cluster::shared().journal_database({{"cart"}, lanes});
  std::vector<RivalOwner> owners;
  for (unsigned i = 0; i < rivals; ++i) owners.emplace_back(database, i + 1);
  std::atomic<int> fighting = rivals;
  std::vector<std::thread> threads;
  for (RivalOwner& owner : owners) {
    threads.emplace_back([&] {
      owner.fight();
      --fighting;
    });
  }
  int killed = 0;
  while (fighting > 0) {
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rival'"
        " ORDER BY random() LIMIT 1");
    ++killed;
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();

  std::int64_t acknowledged = 0;
  for (const RivalOwner& owner : owners) acknowledged += owner.stored();
  RecordProperty("killed", killed);
  EXPECT_GT(acknowledged, 0);
  EXPECT_GE(std::stoll(database.value("SELECT max(epoch) FROM lanes")), rivals * take_overs_each / 2);
  EXPECT_EQ(database.value("SELECT count(*) FROM (SELECT lane FROM events GROUP BY lane"
                           " HAVING min(position) <> 1 OR max(position) <> count(*)) holes"),
            "0");
  EXPECT_EQ(database.value("SELECT count(*) FROM (SELECT aggregate_id FROM events GROUP BY aggregate_id"
                           " HAVING count(*) <> 2) halves"),
            "0");
  EXPECT_EQ(database.value("SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM events GROUP BY lane) l"), "1");
  EXPECT_EQ(database.value("SELECT count(*) FROM events e LEFT JOIN receipts r USING (aggregate_id)"
                           " WHERE r.request_id IS NULL"),
            "0");
  EXPECT_GE(std::stoll(database.value("SELECT count(*) FROM events")), acknowledged * lanes * 2);
  EXPECT_EQ(database.value("SELECT count(*) FROM (SELECT epoch < lag(epoch) OVER (PARTITION BY lane ORDER BY position)"
                           " AS back FROM events) e WHERE back"),
            "0");
}

}  // namespace
}  // namespace keel::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/journal_desk.hpp"
#include "journal/postgres_event_scan.hpp"
#include "replay/journal_check.hpp"
#include "replay/journal_stats.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"

// `keel replay journal check` and `stats` on a real journal: clean, and with each promise broken behind its back.
namespace keel::replay {
namespace {

using keel::testing::Counter;
using keel::testing::v1::CounterMoved;
using keel::testing::v1::CounterState;
using test::JournalDesk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int lanes = 2;
constexpr int counters = 20;
constexpr int versions = 6;
constexpr int kept_version = 4;

std::string named(int number) { return "counter-" + std::to_string(number); }
Lane home(const std::string& id) { return lane_of("Counter", id, lanes); }

journal::Entry moved(const std::string& id, int version) {
  CounterMoved event;
  event.set_amount(1);
  event.set_value(version);
  CounterState state;
  state.set_value(version);
  journal::Entry entry = JournalDesk::entry(home(id), id, version - 1);
  entry.aggregate.type = "Counter";
  entry.events = {{event.GetTypeName(), event.SerializeAsString()}};
  if (version == kept_version) {
    entry.snapshot = journal::Entry::StateAfter{domain::kind_of<Counter>().schema, state.SerializeAsString()};
  }
  return entry;
}

/// One database a test program; every test finds the same clean journal.
test::Database journal_of_counters() {
  static const test::Database database = test::Cluster::shared().journal_database({{"testing"}, lanes});
  database.run(
      "SET session_replication_role = replica; TRUNCATE events, receipts, snapshots, publications; "
      "UPDATE lanes SET owner = NULL; DELETE FROM owners");
  JournalDesk desk(database.options(), "testing");
  desk.take_over();
  for (int version = 1; version <= versions; ++version) {
    for (int number = 0; number < counters; ++number) {
      EXPECT_EQ(desk.append(moved(named(number), version)).outcome, journal::AppendOutcome::stored);
    }
  }
  return database;
}

class JournalCheck : public ::testing::Test {
 protected:
  void tamper(const std::string& sql) { database_.run("SET session_replication_role = replica; " + sql); }

  std::vector<Finding> check() {
    std::vector<Finding> found;
    const std::vector<CheckedContext> contexts{{"testing", {&domain::kind_of<Counter>()}}};
    const CheckSources sources{journal::PostgresJournal::opener(database_.options()),
                               [this] { return journal::open_inspection(database_.options()); },
                               journal::postgres_event_scan(database_.options())};
    const std::atomic<bool> stopping{false};
    const auto checked = check_journal(
        contexts, {}, sources, options_, tally_, [&](Finding finding) { found.push_back(std::move(finding)); },
        stopping);
    EXPECT_TRUE(checked) << checked.fault().what;
    return found;
  }
  /// The kinds of what is found, sorted.
  std::vector<std::string> kinds() {
    std::vector<std::string> kinds;
    for (const auto& finding : check()) {
      kinds.emplace_back(finding.kind);
      words_ += finding.what + "\n";
    }
    std::ranges::sort(kinds);
    return kinds;
  }

  const test::Database database_ = journal_of_counters();
  CheckOptions options_{.sessions = 2, .batch = 7, .rows_a_page = 5};
  Tally tally_;
  std::string words_;
};

TEST_F(JournalCheck, FindsNothingInAJournalAsItShouldBe) {
  EXPECT_THAT(check(), IsEmpty());
  EXPECT_EQ(tally_.events, counters * versions);
  EXPECT_EQ(tally_.target, counters * versions);
  EXPECT_EQ(tally_.receipts, counters * versions);
  EXPECT_EQ(tally_.snapshots, counters);
}

TEST_F(JournalCheck, ReadsALaneAgainWhenItsAggregatesDoNotFitIntoMemory) {
  options_.aggregates = 3;
  EXPECT_THAT(check(), IsEmpty());
  EXPECT_EQ(tally_.snapshots, counters) << "each is compared once";
  EXPECT_GT(tally_.events, counters * versions);
  EXPECT_EQ(tally_.events, tally_.target);
}

TEST_F(JournalCheck, FindsAnEventThatIsGone) {
  tamper("DELETE FROM events WHERE aggregate_id = 'counter-3' AND version = 2");
  EXPECT_THAT(kinds(), ElementsAre("hole", "receipt", "version")) << words_;
}

TEST_F(JournalCheck, FindsAnEventThatDoesNotDecode) {
  tamper("UPDATE events SET payload = '\\xffff' WHERE aggregate_id = 'counter-3' AND version = 5");
  const auto found = check();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, "undecodable");
  EXPECT_EQ(found[0].lane, home("counter-3"));
  EXPECT_EQ(found[0].aggregate, (AggregateRef{"Counter", "counter-3"}));
  EXPECT_EQ(
      found[0].position->value,
      std::stoll(database_.value("SELECT position FROM events WHERE aggregate_id = 'counter-3' AND version = 5")));
}

TEST_F(JournalCheck, ReadsOldEventsThroughTheirUpcasters) {
  const auto opened = tests::message<keel::testing::v1::CounterOpened>("starting_value: 1");
  std::string hex;
  for (const unsigned char byte : opened.SerializeAsString()) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  tamper("UPDATE events SET type = 'keel.testing.v1.CounterOpened', payload = '\\x" + hex + "' WHERE version = 1");
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(JournalCheck, FindsASnapshotThatIsNotTheFold) {
  tamper("UPDATE snapshots SET state = '\\x0863' WHERE aggregate_id = 'counter-3'");
  EXPECT_THAT(kinds(), ElementsAre("snapshot"));
}

TEST_F(JournalCheck, IgnoresASnapshotOfAnotherSchemaAsTheServiceDoes) {
  tamper("UPDATE snapshots SET state = '\\x0863', schema = 1 WHERE aggregate_id = 'counter-3'");
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(JournalCheck, FindsSnapshotsWithoutTheirEvent) {
  tamper(
      "UPDATE snapshots SET version = 99 WHERE aggregate_id = 'counter-3'; "
      "UPDATE snapshots SET position = position + 1 WHERE aggregate_id = 'counter-4'; "
      "INSERT INTO snapshots SELECT context, aggregate_type, 'nobody', 1, 1, schema, incarnation, state, taken_at"
      "  FROM snapshots LIMIT 1");
  EXPECT_THAT(kinds(), ElementsAre("snapshot", "snapshot", "snapshot"));
}

TEST_F(JournalCheck, FindsReceiptsThatPointAtNothing) {
  tamper(
      "UPDATE receipts SET position = 9999 WHERE aggregate_id = 'counter-3' AND version = 1; "
      "UPDATE receipts SET version = 77 WHERE aggregate_id = 'counter-4' AND version = 1; "
      "UPDATE receipts SET position = 1 WHERE aggregate_id = 'counter-5' AND version = 6");
  EXPECT_THAT(kinds(), ElementsAre("receipt", "receipt", "receipt")) << words_;
}

TEST_F(JournalCheck, AcceptsTheReceiptOfANoOpAtAnotherAggregatesEvent) {
  tamper(
      "UPDATE receipts r SET position = (SELECT max(position) FROM events e WHERE e.lane = r.lane)"
      " WHERE aggregate_id = 'counter-3' AND version = 2");
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(JournalCheck, FindsAPublicationBeyondTheLanesEnd) {
  tamper("INSERT INTO publications (context, lane, position) VALUES ('testing', 1, 5000)");
  const auto found = check();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, "publication");
  EXPECT_EQ(found[0].lane, Lane{1});
}

TEST_F(JournalCheck, FindsAnEventInAStrangeLaneAndAnEpochThatFell) {
  tamper("UPDATE events SET epoch = 99 WHERE lane = 0 AND position = 1");
  EXPECT_THAT(kinds(), ElementsAre("order"));
  tamper(
      "UPDATE events SET epoch = 1 WHERE lane = 0 AND position = 1; "
      "UPDATE events SET aggregate_id = 'counter-moved' WHERE aggregate_id = 'counter-3'");
  EXPECT_THAT(kinds(), ::testing::Not(IsEmpty()));
}

TEST_F(JournalCheck, AFaultEndsItAndSaysWhy) {
  const CheckSources sources{[] { return Result<std::unique_ptr<journal::Journal>>(Fault{.what = "no server"}); },
                             [this] { return journal::open_inspection(database_.options()); },
                             journal::postgres_event_scan(database_.options())};
  const std::atomic<bool> stopping{false};
  const auto checked = check_journal(
      {{"testing", {&domain::kind_of<Counter>()}}}, {}, sources, options_, tally_, [](const Finding&) {}, stopping);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.fault().what, "no server");
}

TEST_F(JournalCheck, StatsCountWhatIsThere) {
  const auto journal = *journal::PostgresJournal::open(database_.options());
  const auto inspection = *journal::open_inspection(database_.options());
  const std::atomic<bool> stopping{false};
  const auto lanes_measured = *measure_journal({"testing"}, *journal, *inspection, tally_, stopping);
  ASSERT_THAT(lanes_measured, SizeIs(lanes));
  const auto sums = by_context(lanes_measured);
  ASSERT_THAT(sums, SizeIs(1));
  EXPECT_EQ(sums[0].lane.value, lanes);
  EXPECT_EQ(sums[0].extent.events, counters * versions);
  EXPECT_EQ(sums[0].extent.aggregates, counters);
  EXPECT_EQ(sums[0].snapshots, counters);
  EXPECT_EQ(sums[0].receipts, counters * versions);
  EXPECT_EQ(std::to_string(sums[0].published), database_.value("SELECT coalesce(sum(position), 0) FROM publications"));
  EXPECT_EQ(std::to_string(sums[0].extent.bytes),
            database_.value("SELECT sum(octet_length(payload) + octet_length(metadata)) FROM events"));
  EXPECT_LE(*sums[0].extent.first_at, *sums[0].extent.last_at);
}

}  // namespace
}  // namespace keel::replay

#include <gtest/gtest.h>

#include "actors/restoring.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/aggregate_folder.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "support/history.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

// An event that changed twice (a field renamed, then split into two events), with its old bytes in the journal: whoever
// reads the journal sees what it is today.
namespace keel {
namespace {

using keel::testing::Counter;
using keel::testing::ForgetfulCounter;
using keel::testing::v1::CounterOpened;
using keel::testing::v1::CounterOpenedV2;
using keel::testing::v1::CounterState;
using keel::testing::v1::MoveCounterRequest;
using tests::message;

class Evolution : public ::testing::Test {
 protected:
  Evolution() {
    opened("first", message<CounterOpened>("starting_value: 7 label: 'door'"));
    opened("second", message<CounterOpenedV2>("value: 8 label: 'gate'"));
    moved("first", 1);
    moved("second", 2);
  }

  void opened(const std::string& id, const domain::Message& event) {
    history_.happens(domain::kind_of<Counter>(), id, event.GetTypeName(), event.SerializeAsString());
  }
  void moved(const std::string& id, std::int64_t to) {
    keel::testing::v1::CounterMoved event;
    event.set_value(to);
    history_.happens(domain::kind_of<Counter>(), id, event.GetTypeName(), event.SerializeAsString());
  }

  actors::LoadResult restored(const domain::AggregateKind& kind, const std::string& id) {
    actors::Restoration restoration(kind, {"Counter", id}, Lane{0}, {}, {});
    const journal::LoadRequest asked[] = {restoration.request()};
    EXPECT_TRUE(restoration.take(journal_->load("testing", asked, 100)->front()));
    return std::move(restoration).result();
  }

  std::map<query::Key, query::Row> projected(const domain::AggregateKind& kind) {
    const auto projection = keel::testing::counters_projection(kind);
    read_store_->migrate(projection);
    const auto session = read_store_->open();
    const auto checkpoints =
        session->checkpoints("counters", 1, "testing", std::vector{Lane{0}}, history_.incarnation());
    query::LaneProjector lane(projection, {"testing", 1, checkpoints->front(), {}}, {}, {}, system_now());
    for (const auto now = system_now(); lane.has_work(now);) lane.work(*session, *journal_, now);
    return read_store_->rows("counters");
  }

  std::shared_ptr<journal::InMemoryStore> store_ =
      journal::InMemoryStore::make({.contexts = {"testing"}, .lane_count = 1, .clock = system_now});
  test::History history_{*store_->open(), {"testing"}};
  std::unique_ptr<journal::Journal> journal_ = *store_->open();
  std::shared_ptr<query::InMemoryReadStore> read_store_ = query::InMemoryReadStore::make();
};

TEST_F(Evolution, AnAggregateRemembersItsOldEvents) {
  for (const auto& [id, label, value] : {std::tuple("first", "door", 1), std::tuple("second", "gate", 2)}) {
    const auto result = restored(domain::kind_of<Counter>(), id);
    const auto& aggregate = std::get<actors::Restored>(result);
    const auto& state = static_cast<const CounterState&>(*aggregate.state);
    EXPECT_EQ(state.label(), label);
    EXPECT_EQ(state.value(), value);
    EXPECT_EQ(aggregate.version, Version{2}) << "an event that becomes two is one stored event with one version";
  }
}

TEST_F(Evolution, AnAggregateThatDoesNotKnowAnEventIsUnreadableAndNamesIt) {
  const auto result = restored(domain::kind_of<ForgetfulCounter>(), "first");
  EXPECT_NE(std::get<actors::Unreadable>(result).cause.find("keel.testing.v1.CounterOpened"), std::string::npos);
}

TEST_F(Evolution, AProjectionShowsOldEventsAsTheyAreToday) {
  const auto rows = projected(domain::kind_of<Counter>());
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& [id, label] : {std::pair("first", "door"), std::pair("second", "gate")}) {
    const auto& row = rows.at({std::string(id)});
    CounterState state;
    ASSERT_TRUE(state.ParseFromString(query::bytes_of(row.values[query::state_column])));
    EXPECT_EQ(state.label(), label);
    EXPECT_EQ(query::integer_of(row.values[query::version_column]), 2);
  }
  EXPECT_EQ(read_store_->checkpoint("counters", "testing", Lane{0}).position, Position{4});
}

TEST_F(Evolution, AnEventThatAProjectionDoesNotKnowParksItsAggregateOnly) {
  moved("third", 5);
  EXPECT_EQ(projected(domain::kind_of<ForgetfulCounter>()).size(), 1U);
  EXPECT_EQ(read_store_->parked_events("counters").size(), 4U);
  EXPECT_EQ(read_store_->checkpoint("counters", "testing", Lane{0}).position, Position{5});
}

}  // namespace
}  // namespace keel

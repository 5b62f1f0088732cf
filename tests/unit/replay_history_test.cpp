#include <gmock/gmock.h>
#include <google/protobuf/field_mask.pb.h>
#include <gtest/gtest.h>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "replay/aggregate_history.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"

// What `keel replay journal show` tells, before it is printed.
namespace keel::replay {
namespace {

using cart::Cart;
using keel::testing::Counter;
using keel::testing::ForgetfulCounter;
using keel::testing::v1::CounterOpened;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::message;
using Kind = FieldChange::Kind;

std::vector<FieldChange> between(const std::string& before, const std::string& after) {
  return differences(message<cart::v1::CartState>(before), message<cart::v1::CartState>(after));
}

TEST(Differences, AreNoneBetweenEqualStates) {
  EXPECT_THAT(between("customer_id: 'ann'", "customer_id: 'ann'"), IsEmpty());
}

TEST(Differences, NameTheFieldWithItsPathAndBothValues) {
  EXPECT_THAT(between("totals { line_count: 1 amount { currency_code: 'GBP' } }",
                      "totals { line_count: 2 amount { currency_code: 'GBP' } }"),
              ElementsAre(FieldChange{"totals.line_count", Kind::changed, "\"1\"", "\"2\""}));
}

TEST(Differences, AFieldThatIsNotSetIsItsDefault) {
  EXPECT_THAT(between("", "customer_id: 'ann'"),
              ElementsAre(FieldChange{"customer_id", Kind::changed, "\"\"", "\"ann\""}));
  EXPECT_THAT(between("totals { line_count: 1 }", ""),
              ElementsAre(FieldChange{"totals.line_count", Kind::changed, "\"1\"", "\"0\""}));
  EXPECT_THAT(between("totals {}", ""), IsEmpty());
}

TEST(Differences, TellAnElementOutOfTheMiddleOnce) {
  using google::protobuf::FieldMask;
  EXPECT_THAT(differences(message<FieldMask>("paths: ['a', 'b', 'c']"), message<FieldMask>("paths: ['a', 'c']")),
              ElementsAre(FieldChange{"paths[1]", Kind::removed, "\"b\"", ""}));
}

TEST(Differences, NameEntriesOfMapsByTheirKey) {
  const std::string a = "lines { key: 'a' value { quantity: 1 } }";
  EXPECT_THAT(between(a, "lines { key: 'a' value { quantity: 2 } }"),
              ElementsAre(FieldChange{"lines[\"a\"].quantity", Kind::changed, "\"1\"", "\"2\""}));
  const auto added = between(a, a + "lines { key: 'b' value { quantity: 3 } }");
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0].path, "lines[\"b\"]");
  EXPECT_THAT(added[0].after, HasSubstr("\"quantity\":\"3\""));
  EXPECT_EQ(between(a + "lines { key: 'b' }", a).front().path, "lines[\"b\"]");
}

TEST(Differences, NameEnumsByTheirName) {
  EXPECT_THAT(between("status: CART_STATUS_OPEN", "status: CART_STATUS_CHECKED_OUT"),
              ElementsAre(FieldChange{"status", Kind::changed, "\"CART_STATUS_OPEN\"", "\"CART_STATUS_CHECKED_OUT\""}));
}

class HistoryTest : public ::testing::Test {
 protected:
  template <domain::Aggregate A>
  std::vector<ToldEvent> told(const std::string& id, const HistoryRange& range = {}) {
    std::vector<ToldEvent> all;
    read_ = *tell_history(*journal_, domain::kind_of<A>(), {std::string(A::type), id}, range,
                          [&](const ToldEvent& event) { all.push_back(event); });
    return all;
  }
  void moved(std::int64_t to) {
    keel::testing::v1::CounterMoved event;
    event.set_value(to);
    history_.happens(domain::kind_of<Counter>(), "c", event.GetTypeName(), event.SerializeAsString());
    now_ += std::chrono::seconds(1);
  }
  void opened() {
    const auto event = message<CounterOpened>("starting_value: 7 label: 'door'");
    history_.happens(domain::kind_of<Counter>(), "c", event.GetTypeName(), event.SerializeAsString());
    now_ += std::chrono::seconds(1);
  }

  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  std::shared_ptr<journal::InMemoryStore> store_ = journal::InMemoryStore::make(
      {.contexts = {"cart", "testing"}, .lane_count = 1, .clock = [this] { return now_; }});
  test::History history_{*store_->open(), {"cart", "testing"}};
  std::unique_ptr<journal::Journal> journal_ = *store_->open();
  std::int64_t read_ = 0;
};

TEST_F(HistoryTest, TellsEveryEventWithTheStateAfterItAndWhatItChanged) {
  history_.does<Cart>("c", test::add_item("c", "line-1"));
  history_.does<Cart>("c", test::add_item("c", "line-2"));
  const auto all = told<Cart>("c");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].event->type, "keel.cart.v1.ItemAdded");
  EXPECT_THAT(all[0].event->json, HasSubstr("\"line_id\":\"line-1\""));
  EXPECT_THAT(*all[1].state, HasSubstr("line-2"));
  EXPECT_THAT(all[1].differences, ::testing::Contains(::testing::Field(&FieldChange::path, "lines[\"line-2\"]")));
  EXPECT_THAT(all[1].problem, IsEmpty());
}

TEST_F(HistoryTest, TellsAnOldEventAsItWasStoredAndAsItIsToday) {
  opened();
  const auto all = told<Counter>("c");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].event->type, "keel.testing.v1.CounterOpened");
  EXPECT_THAT(all[0].event->json, HasSubstr("\"starting_value\":\"7\""));
  ASSERT_EQ(all[0].today.size(), 2U);
  EXPECT_EQ(all[0].today[0].type, "keel.testing.v1.CounterMoved");
  EXPECT_EQ(all[0].today[1].json, "{\"label\":\"door\"}");
  EXPECT_EQ(*all[0].state, "{\"value\":\"7\",\"label\":\"door\"}");
}

TEST_F(HistoryTest, TravelsToAVersion) {
  for (const int value : {1, 2, 3}) moved(value);
  const auto all = told<Counter>("c", {.first = Version{2}, .last = Version{2}, .until = {}});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].stored.version, Version{2});
  EXPECT_THAT(*all[0].state, HasSubstr("\"value\":\"2\""));
  EXPECT_THAT(all[0].differences, ElementsAre(FieldChange{"value", Kind::changed, "\"1\"", "\"2\""}));
}

TEST_F(HistoryTest, TravelsToATime) {
  const auto began = now_;
  for (const int value : {1, 2, 3}) moved(value);
  const auto all = told<Counter>("c", {.first = Version{1}, .until = began + std::chrono::seconds(1)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.back().stored.version, Version{2});
}

TEST_F(HistoryTest, AnUnknownEventIsToldWithItsProblemAndWhatFollowsWithoutAState) {
  moved(1);
  opened();
  moved(2);
  const auto all = told<ForgetfulCounter>("c");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].state);
  EXPECT_FALSE(all[1].event);
  EXPECT_EQ(all[1].problem, "no known event");
  EXPECT_TRUE(all[2].event);
  EXPECT_FALSE(all[2].state);
}

TEST_F(HistoryTest, ReadsALongHistoryBatchByBatch) {
  for (int value = 1; value <= 1'203; ++value) moved(value);
  EXPECT_EQ(told<Counter>("c", {.first = Version{1'203}, .until = {}}).size(), 1U);
  EXPECT_EQ(read_, 1'203);
}

TEST_F(HistoryTest, OfAnAggregateThatNeverWasHasNothing) {
  EXPECT_THAT(told<Counter>("nobody"), IsEmpty());
  EXPECT_EQ(read_, 0);
}

}  // namespace
}  // namespace keel::replay

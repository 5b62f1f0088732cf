#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <random>

#include <google/protobuf/util/message_differencer.h>
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/inventory/stock_projection.hpp"
#include "query/lane_projector.hpp"
#include "query/purchase/purchases_projection.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// A read model equals the fold of the journal, whatever happened, however the lanes interleave, and whatever goes wrong
// between Kafka, journal and read store.
namespace keel::tests {
namespace {

using cart::Cart;
using domain::AggregateKind;
using inventory::Stock;
using purchase::Purchase;
using query::LaneProjector;
using query::Projection;

constexpr std::int32_t lane_count = 4;

/// Random commands of a small world, so that they meet; refusals are passed over.
class Trade {
 public:
  explicit Trade(std::uint64_t seed) : random_(seed), history_(*journal_->open(), {"cart", "inventory", "purchase"}) {}

  void act() {
    switch (below(8)) {
      case 0:
        return attempt<Stock>(sku(), test::receive("", 1 + below(20)));
      case 1:
        return attempt<Stock>(sku(), test::reserve("", id(), 1 + below(4)));
      case 2:
        return attempt<Stock>(sku(), test::release("", id()));
      case 3:
        return attempt<Purchase>("p-" + id(), test::buy("p", "s"));
      case 4:
        return attempt<Purchase>("p-" + id(), purchase::v1::NoteReservedRequest());
      case 5:
        return attempt<Cart>("c-" + id(), cart::v1::CheckOutRequest());
      case 6:
        return remove_line();
      default:
        return attempt<Cart>("c-" + id(), test::add_item("", id()));
    }
  }

  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }
  const test::History& history() const { return history_; }
  std::unique_ptr<journal::Journal> journal() { return *journal_->open(); }

 private:
  template <class A, class Command>
  void attempt(const std::string& aggregate, const Command& command) {
    try {
      history_.does<A>(aggregate, command);
    } catch (const std::runtime_error& refused) {
      RC_ASSERT(std::string_view(refused.what()).starts_with("refused"));
    }
  }
  void remove_line() {
    cart::v1::RemoveItemRequest command;
    command.set_line_id(id());
    attempt<Cart>("c-" + id(), command);
  }
  std::string id() { return std::to_string(below(6)); }
  std::string sku() { return "s-" + std::to_string(below(5)); }

  std::mt19937_64 random_;
  std::shared_ptr<journal::InMemoryStore> journal_ = journal::InMemoryStore::make(
      {.contexts = {"cart", "inventory", "purchase"}, .lane_count = lane_count, .clock = system_now});
  test::History history_;
};

/// A projector's lanes, given messages as badly as Kafka may give them, in whatever order chance says.
class Folding {
 public:
  Folding(Trade& trade, Projection projection)
      : trade_(trade), projection_(std::move(projection)), journal_(trade.journal()) {
    store_->migrate(projection_);
    session_ = store_->open();
    for (std::int32_t lane = 0; lane < lane_count; ++lane) restart(lane);
  }

  void disturb() {
    const auto number = static_cast<std::int32_t>(trade_.below(lane_count));
    auto& lane = *lanes_[number];
    switch (trade_.below(10)) {
      case 0:
        return restart(number);
      case 1:
        return store_->fail_next_commits(1);
      case 2:
        return lose_answer();
      case 3:
        now_ += std::chrono::seconds(3);
        return look();
      case 4:
        return lane.work(*session_, *journal_, now_);
      case 5:
        return LaneProjector::work_together(all(), *session_, *journal_, now_);
      default:
        return bring(lane);
    }
  }

  /// Everything heals; the lanes reach the journal's head.
  void settle() {
    store_->fail_next_commits(0);
    for (int round = 0; round < 100; ++round) {
      now_ += std::chrono::seconds(10);
      look();
      for (auto& [number, lane] : lanes_) {
        if (!session_->usable()) session_ = store_->open();
        lane->work(*session_, *journal_, now_);
      }
    }
    for (auto& [number, lane] : lanes_) RC_ASSERT(lane->position() == head(Lane{number}));
  }

  std::map<query::Key, query::Row> rows(const std::string& table) const { return store_->rows(table); }

 private:
  const std::string& context() const { return projection_.contexts.front(); }
  std::vector<LaneProjector*> all() const {
    std::vector<LaneProjector*> lanes;
    for (const auto& [number, lane] : lanes_) lanes.push_back(lane.get());
    return lanes;
  }
  Position head(Lane lane) const {
    return Position{static_cast<std::int64_t>(trade_.history().events(context(), lane).size())};
  }
  void restart(std::int32_t number) {
    const Lane lane{number};
    if (!session_->usable()) session_ = store_->open();
    const auto found =
        session_->checkpoints(projection_.name, 1, context(), {&lane, 1}, trade_.history().incarnation());
    query::LaneRules rules;
    rules.batch = static_cast<std::size_t>(1 + trade_.below(7));
    lanes_[number] = std::make_unique<LaneProjector>(projection_, query::LanePlace{context(), 1, found->front(), {}},
                                                     rules, query::ProjectionMetrics{}, now_);
  }
  void lose_answer() {
    store_->lose_next_answer();
    if (!session_->usable()) session_ = store_->open();
  }
  void look() {
    for (auto& [number, lane] : lanes_) lane->head_seen(head(Lane{number}), trade_.below(2) == 0, now_);
  }
  /// A message from somewhere near the checkpoint: before, next, or beyond.
  void bring(LaneProjector& lane) {
    const auto events = trade_.history().events(context(), lane.lane());
    if (events.empty()) return;
    const auto near = lane.position().value + trade_.below(5) - 1;
    const auto index = std::clamp<std::int64_t>(near, 0, static_cast<std::int64_t>(events.size()) - 1);
    lane.receive(test::message_of(context(), trade_.history().incarnation(), events[static_cast<std::size_t>(index)]),
                 now_);
  }

  Trade& trade_;
  const Projection projection_;
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  std::unique_ptr<journal::Journal> journal_;
  std::shared_ptr<query::InMemoryReadStore> store_ = query::InMemoryReadStore::make();
  std::unique_ptr<query::ProjectionStore> session_ = store_->open();
  std::map<std::int32_t, std::unique_ptr<LaneProjector>> lanes_;
};

template <domain::Aggregate A>
const typename A::State* state_of(const Trade& trade, const std::string& id) {
  return static_cast<const typename A::State*>(trade.history().state({std::string(A::type), id}));
}

/// Every row is the fold of its aggregate's events, and every aggregate with events has its row.
template <domain::Aggregate A>
void expect_states(const Trade& trade, const Folding& folding, const std::string& table) {
  std::map<std::string, typename A::State> folded;
  std::map<std::string, Version> versions;
  for (std::int32_t lane = 0; lane < lane_count; ++lane) {
    for (const auto& event : trade.history().events(std::string(A::context), Lane{lane})) {
      RC_ASSERT(domain::kind_of<A>().apply(folded[event.aggregate.id], event.type, event.payload));
      versions[event.aggregate.id] = event.version;
    }
  }
  const auto rows = folding.rows(table);
  RC_ASSERT(rows.size() == folded.size());
  for (const auto& [id, state] : folded) {
    const auto& row = rows.at({id});
    typename A::State shown;
    RC_ASSERT(shown.ParseFromString(query::bytes_of(row.values[query::state_column])));
    RC_ASSERT(google::protobuf::util::MessageDifferencer::Equals(shown, state));
    RC_ASSERT(query::integer_of(row.values[query::version_column]) == versions[id].value);
    RC_ASSERT(row.lane == lane_of(A::type, id, lane_count));
  }
}

void expect_stock(const Trade& trade, const Folding& folding) {
  std::size_t open = 0;
  for (const auto& [key, row] : folding.rows("availability")) {
    const auto* state = state_of<Stock>(trade, query::text_of(key.front()));
    RC_ASSERT(state != nullptr);
    RC_ASSERT(query::integer_of(row.values[query::stock_on_hand]) == state->level().on_hand());
    RC_ASSERT(query::integer_of(row.values[query::stock_reserved]) == state->level().reserved());
    RC_ASSERT(query::integer_of(row.values[query::stock_available]) == state->level().available());
    open += state->reservations().size();
  }
  const auto reservations = folding.rows("reservations");
  RC_ASSERT(reservations.size() == open);
  for (const auto& [key, row] : reservations) {
    const auto* state = state_of<Stock>(trade, query::text_of(key[0]));
    RC_ASSERT(state->reservations().at(query::text_of(key[1])).quantity() ==
              query::integer_of(row.values[query::reservation_quantity]));
  }
}

RC_GTEST_PROP(ReadModels, EqualTheFoldOfTheJournalWhateverGoesWrong, ()) {
  Trade trade(*rc::gen::arbitrary<std::uint64_t>());
  Folding carts(trade, query::carts_projection());
  Folding stock(trade, query::stock_projection());
  Folding purchases(trade, query::purchases_projection());
  const int steps = *rc::gen::inRange(20, 200);
  for (int i = 0; i < steps; ++i) {
    trade.act();
    for (auto* folding : {&carts, &stock, &purchases}) folding->disturb();
  }
  for (auto* folding : {&carts, &stock, &purchases}) folding->settle();
  expect_states<Cart>(trade, carts, "carts");
  expect_states<Purchase>(trade, purchases, "purchases");
  expect_stock(trade, stock);
}

}  // namespace
}  // namespace keel::tests

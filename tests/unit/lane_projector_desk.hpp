#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

namespace keel::query {

/// One lane, its journal and its read store. Time is the test's.
class LaneProjectorDesk : public ::testing::Test {
 protected:
  LaneProjectorDesk() {
    store_->migrate(projection_);
    session_ = store_->open();
    begin();
  }

  /// A lane as a start finds it, healed up to the journal's head.
  void begin() {
    place_ = {
        "cart", 1, session_->checkpoints("carts", 1, "cart", std::vector{lane_}, history_.incarnation())->front(), {}};
    const auto parked = session_->parked("carts", 1, "cart");
    for (const auto& found : *parked) place_.parked.insert(found.aggregate);
    lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
    work();
  }

  void work() {
    for (int i = 0; i < 1'000 && lane_projector_->has_work(now_); ++i)
      lane_projector_->work(*session_, *journal_, now_);
  }

  void bring(Position position) { bring(event(position)); }
  void bring(const journal::RecordedEvent& recorded) {
    lane_projector_->receive(test::message_of("cart", history_.incarnation(), recorded), now_);
  }
  journal::RecordedEvent event(Position position) const {
    return history_.events("cart", lane_, Position{position.value - 1}).front();
  }
  void add_lines(int count, const std::string& cart = "c-1") {
    for (int i = 0; i < count; ++i)
      history_.does<cart::Cart>(cart, test::add_item(cart, "line-" + std::to_string(++lines_)));
  }
  /// Bytes that are no event of a cart.
  void add_poison(const std::string& cart) {
    history_.happens(domain::kind_of<cart::Cart>(), cart, "keel.cart.v1.ItemAdded", "\xff\xff");
  }

  Position head() const { return Position{static_cast<std::int64_t>(history_.events("cart", lane_).size())}; }
  Position stored() const { return store_->checkpoint("carts", "cart", lane_).position; }
  Position position() const { return lane_projector_->position(); }
  std::int64_t version_of(const std::string& cart) const {
    const auto rows = store_->rows("carts");
    const auto found = rows.find(Key{cart});
    return found == rows.end() ? 0 : integer_of(found->second.values[version_column]);
  }

  const Lane lane_{0};
  LaneRules rules_{};
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  Projection projection_ = carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = 1, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::unique_ptr<journal::Journal> journal_ = *journal_store_->open();
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
  std::unique_ptr<ProjectionStore> session_;
  LanePlace place_;
  std::optional<LaneProjector> lane_projector_;
  int lines_ = 0;
};

}  // namespace keel::query

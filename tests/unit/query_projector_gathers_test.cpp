#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "kafka/event_message.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/projector.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"
#include "support/process.hpp"

// How many transactions a projector makes of what comes in pieces.
namespace keel::query {
namespace {

using namespace std::chrono_literals;
using keel::test::eventually;

constexpr const char* topic = "keel.cart.events.v1";

/// An event as the consumer hands it over.
class Piece {
 public:
  Piece(const Uuid& incarnation, journal::RecordedEvent event)
      : event_(std::move(event)), encoder_("cart", incarnation) {
    const auto out = encoder_.encode(test::message_of("cart", incarnation, event_));
    message_ = {topic, event_.lane.value, event_.position.value, out.key, out.value, out.headers};
  }
  const kafka::Message& message() const { return message_; }

 private:
  journal::RecordedEvent event_;
  kafka::EventEncoder encoder_;
  kafka::Message message_;
};

/// Brings one piece a poll, as soon as somebody follows.
class Pieces {
 public:
  void follow() {
    const std::lock_guard lock(mutex_);
    followed_ = true;
    came_.notify_all();
  }
  bool followed() {
    const std::lock_guard lock(mutex_);
    return followed_;
  }
  void bring(std::vector<std::shared_ptr<const Piece>> pieces) {
    const std::lock_guard lock(mutex_);
    coming_.insert(coming_.end(), pieces.begin(), pieces.end());
    came_.notify_all();
  }
  kafka::Fetched next(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    kafka::Fetched fetched;
    if (!came_.wait_for(lock, timeout, [this] { return followed_ && !coming_.empty(); })) return fetched;
    fetched.messages.push_back(coming_.front()->message());
    fetched.bytes = coming_.front();
    coming_.pop_front();
    return fetched;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::shared_ptr<const Piece>> coming_;
  bool followed_ = false;
};

class PiecewiseConsumer final : public kafka::Consumer {
 public:
  explicit PiecewiseConsumer(Pieces& pieces) : pieces_(pieces) {}
  Result<Done> assign(std::span<const kafka::Place>) override {
    pieces_.follow();
    return Done{};
  }
  Result<Done> seek(const kafka::Place&) override { return Done{}; }
  Result<kafka::Fetched> poll(std::chrono::milliseconds timeout, std::size_t) override { return pieces_.next(timeout); }
  Result<std::vector<std::int64_t>> end_offsets(std::string_view, std::span<const std::int32_t> partitions,
                                                std::chrono::milliseconds) override {
    return std::vector<std::int64_t>(partitions.size(), 0);
  }
  void leave_hint(std::span<const kafka::Place>) override {}

 private:
  Pieces& pieces_;
};

class ProjectorGathers : public ::testing::Test {
 protected:
  ProjectorGathers() { store_->migrate(projection_); }

  /// Follows Kafka from an empty journal on, and looks at the journal no more.
  void follow(IntakePace::Rules pace) {
    ProjectorOptions options;
    options.pace = pace;
    options.look_every = 1h;
    projector_.emplace(
        projection_,
        Projector::Sources{store_->opener(), journal_store_->opener(),
                           [this]() -> Result<std::unique_ptr<kafka::Consumer>> {
                             return std::unique_ptr<kafka::Consumer>(std::make_unique<PiecewiseConsumer>(pieces_));
                           }},
        options);
    projector_->start();
    ASSERT_TRUE(eventually([&] { return pieces_.followed(); }));
  }
  /// So many events of one cart.
  std::vector<std::shared_ptr<const Piece>> events(int count) {
    Token last;
    for (int i = 0; i < count; ++i) last = history_.does<cart::Cart>("c", test::add_item("c", "l" + std::to_string(i)));
    std::vector<std::shared_ptr<const Piece>> pieces;
    for (const auto& event : history_.events("cart", last.lane)) {
      pieces.push_back(std::make_shared<Piece>(history_.incarnation(), event));
    }
    last_ = last;
    return pieces;
  }
  bool all_taken_in() {
    return eventually([&] { return store_->checkpoint("carts", "cart", last_.lane).position == last_.position; });
  }

  Projection projection_ = carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = 2, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
  Pieces pieces_;
  Token last_;
  std::optional<Projector> projector_;
};

TEST_F(ProjectorGathers, PiecesThatFollowOneAnotherShareATransaction) {
  follow({.gather = 1s, .pause = 1h});
  pieces_.bring(events(5));
  ASSERT_TRUE(all_taken_in());
  EXPECT_EQ(store_->commits(), 2U);  // the first one at once, the others together
}

TEST_F(ProjectorGathers, APieceAloneIsTakenInAtOnce) {
  follow({.gather = 40s, .pause = 1h});
  pieces_.bring(events(1));
  EXPECT_TRUE(all_taken_in());
}

}  // namespace
}  // namespace keel::query

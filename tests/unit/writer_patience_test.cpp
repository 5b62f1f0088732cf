#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

using journal::AppendOutcome;

class WriterPatience : public WriterDesk {
 protected:
  void refuse(int times) {
    for (int i = 0; i < times; ++i) store->fail_next_append(AppendOutcome::try_again);
  }
};

TEST_F(WriterPatience, SendsTheSameBatchAgainInOrder) {
  std::vector<std::vector<std::string>> batches;
  hooks->sees = [&](const journal::Batch& batch) {
    batches.emplace_back();
    for (const auto* entry : batch.entries) batches.back().push_back(entry->receipt->reply);
  };
  auto one = aggregate("a");
  auto two = aggregate("b");
  refuse(1);
  command(one, 1);
  command(two, 2);
  command(one, 3);
  work_through_pauses();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0], batches[1]);
  EXPECT_EQ(one.story(), "1 stored 1@1, 2 stored 2@3");
}

TEST_F(WriterPatience, PausesLongerEachTimeAndStartsOverAfterASuccess) {
  auto cart = aggregate("a");
  refuse(3);
  command(cart, 1);
  std::vector<std::int64_t> pauses;
  while (const auto pause = writer.work()) {
    pauses.push_back(pause->count());
    now += *pause;
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{5, 10, 20}));
  refuse(1);
  command(cart, 2);
  EXPECT_EQ(writer.work(), std::chrono::milliseconds(5));
}

TEST_F(WriterPatience, DoesNothingWhenCalledDuringAPause) {
  auto cart = aggregate("a");
  refuse(2);
  command(cart, 1);
  work();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(writer.work(), std::chrono::milliseconds(5));
  EXPECT_EQ(store->append_count(), 1U);
}

TEST_F(WriterPatience, TriesAgainWhenTheClockGoesBack) {
  auto cart = aggregate("a");
  refuse(1);
  command(cart, 1);
  work();
  now -= std::chrono::hours(1);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1");
}

TEST_F(WriterPatience, DropsAnItemAtItsDeadlineAndTheRestOfItsAggregateWithIt) {
  auto cart = aggregate("a");
  auto patient = aggregate("b");
  patience = std::chrono::seconds(60);
  command(cart, 1);
  command(patient, 2);
  patience = std::chrono::seconds(1);
  command(cart, 3);
  patience = std::chrono::seconds(60);
  command(cart, 4);
  answer(cart, 5);
  refuse(1);
  work();
  now += std::chrono::seconds(2);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 dropped late, 3 dropped restarted, 4 dropped restarted");
  EXPECT_EQ(patient.story(), "1 stored 1@2");
  EXPECT_TRUE(cart.player->has_ended);
}

TEST_F(WriterPatience, NeverDropsADecidedCommandOnlyForBeingSlow) {
  auto cart = aggregate("a");
  command(cart, 1);
  now += std::chrono::hours(1);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1");
}

TEST_F(WriterPatience, ClosesDuringAPause) {
  auto cart = aggregate("a");
  refuse(1);
  command(cart, 1);
  work();
  bool closed = false;
  writer.close(cart.ref, cart.incarnation, [&] { closed = true; });
  (void)writer.work();
  EXPECT_TRUE(closed);
  EXPECT_EQ(cart.story(), "1 dropped restarted");
  EXPECT_TRUE(store->events("cart").empty());
}

TEST_F(WriterPatience, CountsWhatItDrops) {
  auto cart = aggregate("a");
  refuse(1);
  command(cart, 1);
  answer(cart, 2);
  work();
  now += std::chrono::seconds(6);
  work();
  EXPECT_EQ(ear.drops, (std::map<journal::Drop, std::size_t>{{journal::Drop::restarted, 1}, {journal::Drop::late, 1}}));
}

}  // namespace
}  // namespace keel::test

#include "support/writer_desk.hpp"

namespace keel::test {
namespace {

class WriterFence : public WriterDesk {};

TEST_F(WriterFence, AStaleOwnerCannotWrite) {
  auto cart = aggregate("a");
  rival_takes_over();
  command(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped fenced");
  EXPECT_TRUE(cart.player->has_ended);
  EXPECT_TRUE(store->events("cart").empty());
}

TEST_F(WriterFence, OneLostLaneLosesThemAllOnce) {
  auto one = aggregate("a", 0);
  auto two = aggregate("b", 3);
  rival_takes_over();
  command(one, 1);
  work();
  command(two, 2);
  answer(two, 3);
  work();
  EXPECT_EQ(two.story(), "1 dropped fenced, 2 dropped fenced");
  EXPECT_EQ(ear.heard, (std::vector<std::string>{"lost cart"}));
  EXPECT_FALSE(writer.owning());
  EXPECT_TRUE(writer.lanes().empty());
}

TEST_F(WriterFence, TakesNothingUntilLanesAreAdoptedAgain) {
  writer.abandon_lanes();
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  EXPECT_EQ(cart.story(), "1 dropped fenced");
  EXPECT_EQ(store->append_count(), 0U);
  EXPECT_TRUE(ear.heard.empty());

  become_owner(owner, true);
  auto next = successor(cart, 0);
  command(next, 2);
  work();
  EXPECT_EQ(next.story(), "1 stored 1@1");
}

TEST_F(WriterFence, RefusesWhatWasLoadedBeforeTheLanesWereAdopted) {
  auto stale = aggregate("a");
  writer.abandon_lanes();
  become_owner(rival, true);
  become_owner(owner, true);
  answer(stale, 1);
  work();
  EXPECT_EQ(stale.story(), "1 dropped restarted");
  EXPECT_TRUE(ear.bugs.empty());
}

TEST_F(WriterFence, DropsWhatIsQueuedWhenTheLanesAreAbandoned) {
  auto cart = aggregate("a");
  command(cart, 1);
  writer.abandon_lanes();
  command(cart, 2);
  work();
  EXPECT_EQ(cart.story(), "1 dropped fenced, 2 dropped fenced");
  EXPECT_TRUE(writer.idle());
}

class WriterClose : public WriterDesk {
 protected:
  void close(const Aggregate& which) {
    writer.close(which.ref, which.incarnation, [this] { ++closed; });
  }
  int closed = 0;
};

TEST_F(WriterClose, IsDoneOnlyInsideWork) {
  auto cart = aggregate("a");
  close(cart);
  EXPECT_EQ(closed, 0);
  EXPECT_FALSE(writer.idle());
  work();
  EXPECT_EQ(closed, 1);
  EXPECT_TRUE(writer.idle());
}

TEST_F(WriterClose, DropsWhatIsQueuedBeforeItIsDone) {
  auto cart = aggregate("a");
  auto other = aggregate("b");
  command(cart, 1);
  answer(cart, 2);
  command(other, 3);
  writer.close(cart.ref, cart.incarnation, [&] {
    EXPECT_EQ(cart.player->told.size(), 2U);
    ++closed;
  });
  work();
  EXPECT_EQ(cart.story(), "1 dropped restarted, 2 dropped restarted");
  EXPECT_EQ(other.story(), "1 stored 1@1");
  EXPECT_EQ(closed, 1);
}

TEST_F(WriterClose, LetsTheSuccessorIn) {
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  close(cart);
  work();
  auto next = successor(cart, 1);
  command(next, 2);
  answer(next, 3);
  work();
  EXPECT_EQ(next.story(), "1 stored 2@2, 2 stands @2");
}

TEST_F(WriterClose, NeverLetsASuccessorInBeforeIt) {
  auto cart = aggregate("a");
  command(cart, 1);
  auto next = successor(cart, 0);
  answer(next, 2);
  command(next, 3);
  work();
  EXPECT_EQ(cart.story(), "1 stored 1@1");
  EXPECT_EQ(next.story(), "1 dropped restarted, 2 dropped restarted");
  EXPECT_EQ(ear.bugs.size(), 2U);
}

TEST_F(WriterClose, RefusesTheLateItemsOfAPredecessor) {
  auto cart = aggregate("a");
  command(cart, 1);
  work();
  close(cart);
  work();
  auto next = successor(cart, 1);
  command(next, 2);
  command(cart, 3);
  work();
  EXPECT_EQ(next.story(), "1 stored 2@2");
  EXPECT_EQ(cart.story(), "1 stored 1@1, 2 dropped restarted");
}

TEST_F(WriterClose, OfAnUnknownOrEarlierIncarnationTouchesNothing) {
  auto early = aggregate("a");
  auto cart = successor(early, 0);
  command(cart, 1);
  close(early);
  close(aggregate("nobody"));
  work();
  EXPECT_EQ(closed, 2);
  EXPECT_EQ(cart.story(), "1 stored 1@1");
}

TEST_F(WriterClose, IsDoneWithoutLanesToo) {
  auto cart = aggregate("a");
  command(cart, 1);
  close(cart);
  writer.abandon_lanes();
  work();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(cart.story(), "1 dropped fenced");
}

}  // namespace
}  // namespace keel::test

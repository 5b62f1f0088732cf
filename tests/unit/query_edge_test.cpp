#include <gtest/gtest.h>

#include <future>

#include "query/page_token.hpp"
#include "query/projector.hpp"
#include "query/request_checks.hpp"
#include "query/row_feed.hpp"
#include "query/unary_call.hpp"
#include "query/visibility_board.hpp"

// The parts of the query edge that need no server.
namespace keel::query {
namespace {

using std::chrono::milliseconds;

const Uuid incarnation = make_uuid_v7(system_now());

Token token(std::int32_t lane, std::int64_t position) { return {incarnation, "cart", Lane{lane}, Position{position}}; }

std::shared_ptr<Visible> visible_at(std::vector<std::int64_t> positions) {
  auto visible = std::make_shared<Visible>();
  visible->generation = 1;
  for (const auto position : positions) {
    visible->lanes["cart"].push_back(Visible::LaneSeen{incarnation, Position{position}, 0});
  }
  return visible;
}

class VisibilityBoardTest : public ::testing::Test {
 protected:
  std::future<Waited> await(std::vector<Token> tokens, milliseconds patience = milliseconds(60'000)) {
    auto ended = std::make_shared<std::promise<Waited>>();
    board_.await(
        std::move(tokens), system_now() + patience, [] { return false; },
        [ended](Waited waited, const auto&) { ended->set_value(waited); });
    return ended->get_future();
  }
  static bool ready(const std::future<Waited>& ended) {
    return ended.wait_for(milliseconds(0)) == std::future_status::ready;
  }
  VisibilityBoard board_{{.max_waiting = 2, .before_deadline = milliseconds(1)}};
};

TEST_F(VisibilityBoardTest, WithoutTokensNobodyWaits) {
  board_.show(visible_at({0, 0}));
  EXPECT_EQ(await({}).get(), Waited::visible);
}

TEST_F(VisibilityBoardTest, WaitsForTheTokensLaneAndForNoOther) {
  board_.show(visible_at({5, 0}));
  EXPECT_EQ(await({token(0, 5)}).get(), Waited::visible);
  auto waiting = await({token(1, 3)});
  board_.show(visible_at({9, 2}));
  EXPECT_FALSE(ready(waiting));
  board_.show(visible_at({9, 3}));
  EXPECT_EQ(waiting.get(), Waited::visible);
}

TEST_F(VisibilityBoardTest, SeveralTokensMustAllBeVisible) {
  board_.show(visible_at({1, 0}));
  auto waiting = await({token(0, 1), token(1, 1)});
  EXPECT_FALSE(ready(waiting));
  board_.show(visible_at({1, 1}));
  EXPECT_EQ(waiting.get(), Waited::visible);
}

TEST_F(VisibilityBoardTest, GivesUpBeforeTheDeadline) {
  board_.show(visible_at({0}));
  EXPECT_EQ(await({token(0, 1)}, milliseconds(5)).get(), Waited::not_yet);
}

TEST_F(VisibilityBoardTest, SaysThatNothingWasEverSeen) {
  EXPECT_EQ(await({}, milliseconds(5)).get(), Waited::nothing_seen);
}

TEST_F(VisibilityBoardTest, RefusesATokenOfAnotherIncarnation) {
  board_.show(visible_at({7}));
  auto outdated = token(0, 1);
  outdated.incarnation = make_uuid_v7(system_now());
  EXPECT_EQ(await({outdated}).get(), Waited::outdated);
}

TEST_F(VisibilityBoardTest, RefusesALaneThatDoesNotExist) {
  board_.show(visible_at({7}));
  EXPECT_EQ(await({token(1, 1)}).get(), Waited::unknown_lane);
}

TEST_F(VisibilityBoardTest, TellsThatATokensEventIsParked) {
  auto visible = visible_at({7});
  visible->parked_events.insert({"cart", Lane{0}, Position{4}});
  board_.show(visible);
  EXPECT_EQ(await({token(0, 4)}).get(), Waited::parked);
  EXPECT_EQ(await({token(0, 5)}).get(), Waited::visible);
}

TEST_F(VisibilityBoardTest, CapsTheCallsThatWait) {
  board_.show(visible_at({0}));
  auto first = await({token(0, 1)});
  auto second = await({token(0, 1)});
  EXPECT_EQ(await({token(0, 1)}).get(), Waited::too_many);
  EXPECT_EQ(await({}).get(), Waited::visible) << "who need not wait is not capped";
  board_.show(visible_at({1}));
  EXPECT_EQ(first.get(), Waited::visible);
  EXPECT_EQ(second.get(), Waited::visible);
}

TEST_F(VisibilityBoardTest, EndsAllWaitsWhenItCloses) {
  board_.show(visible_at({0}));
  auto waiting = await({token(0, 1)});
  board_.close();
  EXPECT_EQ(waiting.get(), Waited::stopping);
  EXPECT_EQ(await({}).get(), Waited::stopping);
}

TEST_F(VisibilityBoardTest, ForgetsCallsThatNobodyWaitsForAnyMore) {
  board_.show(visible_at({0}));
  board_.await(
      {token(0, 9)}, never, [] { return true; }, [](Waited, const auto&) {});
  EXPECT_EQ(board_.waiting(), 1U);
  board_.show(visible_at({1}));
  EXPECT_EQ(board_.waiting(), 0U);
}

TEST(ParkedAggregates, ATokenThatComesAfterTheFirstParkedEventCannotBeShown) {
  auto visible = visible_at({9});
  visible->parked_aggregates[{"Cart", "c"}] = {"cart", Lane{0}, Position{4}};
  EXPECT_FALSE(visible->parked_for({"Cart", "c"}, {token(0, 3)}));
  EXPECT_TRUE(visible->parked_for({"Cart", "c"}, {token(0, 4)}));
  EXPECT_TRUE(visible->parked_for({"Cart", "c"}, {token(0, 5)}));
  EXPECT_FALSE(visible->parked_for({"Cart", "other"}, {token(0, 5)}));
  EXPECT_FALSE(visible->parked_for({"Cart", "c"}, {}));
}

TEST(PageTokens, AreReadBackForTheSameQueryOnly) {
  const PageToken page{3, {"key", std::string("with \0 and more", 15)}};
  const auto text = encode(page, "ListCarts ann");
  EXPECT_EQ(decode_page_token(text, "ListCarts ann"), page);
  EXPECT_FALSE(decode_page_token(text, "ListCarts bob"));
}

TEST(PageTokens, EveryDamagedOneIsRefused) {
  const auto text = encode(PageToken{1, {"c-17"}}, "q");
  EXPECT_FALSE(decode_page_token("", "q"));
  EXPECT_FALSE(decode_page_token("not a token!", "q"));
  EXPECT_FALSE(decode_page_token(text + "A", "q"));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(decode_page_token(damaged, "q")) << i;
    EXPECT_FALSE(decode_page_token(text.substr(0, i), "q")) << i;
  }
}

TEST(Pages, SizeHasAUsualAValueAndAMost) {
  const PageRules rules{.usual = 50, .most = 500, .key_parts = 1};
  EXPECT_EQ(std::get<Page>(read_page(0, "", "q", rules)).size, 50U);
  EXPECT_EQ(std::get<Page>(read_page(7, "", "q", rules)).size, 7U);
  EXPECT_EQ(std::get<Page>(read_page(1'000'000'000, "", "q", rules)).size, 500U);
  EXPECT_EQ(std::get<grpc::Status>(read_page(-1, "", "q", rules)).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Pages, ATokenWithAKeyThatIsNoIdIsRefused) {
  const PageRules rules{.usual = 50, .most = 500, .key_parts = 1};
  const auto forged = [&](std::vector<std::string> after) { return encode(PageToken{1, std::move(after)}, "q"); };
  EXPECT_TRUE(std::holds_alternative<Page>(read_page(0, forged({"a"}), "q", rules)));
  EXPECT_TRUE(std::holds_alternative<grpc::Status>(read_page(0, forged({"a", "b"}), "q", rules)));
  EXPECT_TRUE(std::holds_alternative<grpc::Status>(read_page(0, forged({std::string(1, '\0')}), "q", rules)));
  EXPECT_TRUE(std::holds_alternative<grpc::Status>(read_page(0, forged({std::string(129, 'x')}), "q", rules)));
  EXPECT_TRUE(std::holds_alternative<grpc::Status>(read_page(0, forged({"\xff"}), "q", rules)));
}

Row row_at(const std::string& key, std::int64_t position) { return {{key, position}, Lane{0}, Position{position}}; }

TEST(RowFeed, TellsFollowersOfTheirRowOnlyAndUntilTheyLeave) {
  RowFeed feed(false);
  EXPECT_FALSE(feed.needed());
  std::vector<std::int64_t> told;
  auto following = feed.follow("a", [&](const auto& row) { told.push_back(row->position.value); });
  EXPECT_TRUE(feed.needed());
  feed.take({row_at("a", 1), row_at("b", 2)});
  following.reset();
  feed.take({row_at("a", 3)});
  EXPECT_EQ(told, std::vector<std::int64_t>{1});
  EXPECT_FALSE(feed.needed());
}

TEST(RowFeed, WhoComesDuringALookThatLeftTheFeedOutMissesNothing) {
  RowFeed feed(false);
  feed.advance({Position{5}}, false);
  EXPECT_EQ(feed.seen(1).front(), Position{5});
  const auto following = feed.follow("a", [](const auto&) {});
  feed.advance({Position{9}}, false);
  EXPECT_EQ(feed.seen(1).front(), Position{5}) << "the next look reads from there";
  feed.advance({Position{9}}, true);
  EXPECT_EQ(feed.seen(1).front(), Position{9});
}

TEST(RowFeed, AKeptFeedShowsTheOldGenerationUntilTheNewOneIsThere) {
  RowFeed feed(true);
  feed.take({row_at("a", 1), row_at("b", 1)});
  feed.begin_anew();
  ASSERT_NE(feed.find("b"), nullptr);
  feed.take({row_at("a", 2)});
  EXPECT_EQ(feed.find("a")->position, Position{2});
  EXPECT_EQ(feed.find("b"), nullptr);
}

TEST(LaneChoice, IsAllAGroupOrARange) {
  EXPECT_EQ(parse_lane_choice("all")->kind, LaneChoice::Kind::all);
  EXPECT_EQ(parse_lane_choice("group")->kind, LaneChoice::Kind::group);
  EXPECT_EQ(parse_lane_choice("0-7")->last, 7);
  EXPECT_EQ(parse_lane_choice("3")->first, 3);
  for (const char* wrong : {"", "-", "7-3", "a-b", "1-", "-1", "1-2-3", "ALL", "1 - 2"}) {
    EXPECT_FALSE(parse_lane_choice(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace keel::query

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "app/replay/commands.hpp"
#include "app/replay/detaching.hpp"
#include "app/replay/documents.hpp"
#include "app/replay/progress.hpp"
#include "app/replay/several.hpp"

// The frame of `keel replay`: what is said, asked and written, without a database.
namespace keel::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Output, AlignsATableUnderItsNames) {
  EXPECT_EQ(as_table({"name", "lag_events"}, {{"carts", std::int64_t{7}}, {"stock", std::int64_t{1'200}}}),
            "NAME   LAG EVENTS\n"
            "carts           7\n"
            "stock        1200\n");
}

std::string written(OutputFormat format) {
  std::ostringstream to;
  Output output(format, to);
  output.begin({"name", "count", "note", "raw"});
  output.row({"a,\"b\"", std::int64_t{1}, {}, Json{R"({"x":1})"}});
  output.end();
  return to.str();
}

TEST(Output, WritesOneObjectALine) {
  EXPECT_EQ(written(OutputFormat::jsonl), R"({"name":"a,\"b\"","count":1,"note":null,"raw":{"x":1}})"
                                          "\n");
}

TEST(Output, WritesOneDocumentOfJson) {
  EXPECT_EQ(written(OutputFormat::json).front(), '[');
  std::ostringstream to;
  Output(OutputFormat::json, to).record({{"done", true}});
  EXPECT_EQ(to.str(), "{\n  \"done\": true\n}\n");
}

TEST(Output, QuotesCsvAsItsStandardSays) {
  EXPECT_EQ(written(OutputFormat::csv), "name,count,note,raw\n\"a,\"\"b\"\"\",1,,\"{\"\"x\"\":1}\"\n");
}

TEST(Output, ShowsAnEmptyListingAsSuch) {
  std::ostringstream to;
  Output output(OutputFormat::json, to);
  output.begin({"name"});
  output.end();
  EXPECT_EQ(to.str(), "[]\n");
}

TEST(Output, IsUtf8WhateverBytesAFieldHas) {
  std::ostringstream to;
  Output(OutputFormat::jsonl, to).record({{"id", std::string("\xff")}});
  EXPECT_THAT(to.str(), HasSubstr("\xef\xbf\xbd"));
}

class Agreement : public ::testing::Test {
 protected:
  std::optional<Exit> agree(CommandCall::Said said, const std::string& typed, bool person,
                            OutputFormat format = OutputFormat::table) {
    std::istringstream in(typed);
    Terminal terminal(in, told_, person, false);
    CommandCall call(command_, configuration_, contexts_, std::move(said), Output(format, results_), terminal);
    Plan plan;
    plan.columns = {"projection"};
    plan.rows = {{"carts"}};
    plan.confirm = "carts";
    return call.agree(plan);
  }

  OperatorCommand command_ = promote_command();
  Configuration configuration_ = Configuration::load("/dev/null", {}, {});
  std::vector<Context> contexts_;
  std::ostringstream told_;
  std::ostringstream results_;
};

TEST_F(Agreement, APersonWhoTypesTheNameGoesOn) {
  EXPECT_EQ(agree({}, "carts\n", true), std::nullopt);
  EXPECT_THAT(told_.str(), HasSubstr("Type carts to go on:"));
  EXPECT_THAT(results_.str(), IsEmpty());
}

TEST_F(Agreement, AnythingElseIsANo) {
  for (const std::string typed : {"yes\n", "cart\n", "\n", ""}) EXPECT_EQ(agree({}, typed, true), Exit::usage) << typed;
}

TEST_F(Agreement, YesIsNotAskedAgain) {
  EXPECT_EQ(agree({.yes = true}, "", false), std::nullopt);
  EXPECT_THAT(told_.str(), Not(HasSubstr("Type")));
}

TEST_F(Agreement, WithoutAPersonItNamesTheFlag) {
  EXPECT_EQ(agree({}, "carts\n", false), Exit::usage);
  EXPECT_THAT(told_.str(), HasSubstr("--yes"));
}

TEST_F(Agreement, AProgramIsNotAsked) {
  EXPECT_EQ(agree({}, "carts\n", true, OutputFormat::json), Exit::usage);
  EXPECT_EQ(agree({.yes = true}, "", true, OutputFormat::jsonl), std::nullopt);
}

TEST_F(Agreement, ADryRunShowsThePlanAsTheResult) {
  EXPECT_EQ(agree({.dry_run = true, .yes = true}, "", false, OutputFormat::jsonl), Exit::ok);
  EXPECT_EQ(results_.str(), "{\"projection\":\"carts\"}\n");
}

class Choice : public ::testing::Test {
 protected:
  using Chosen = std::variant<std::vector<query::Projection>, Exit>;

  Chosen choose(CommandCall::Said said) {
    std::istringstream nothing;
    Terminal terminal(nothing, told_, false, false);
    const CommandCall call(command_, configuration_, contexts_, std::move(said), Output(OutputFormat::table, results_),
                           terminal);
    return chosen_projections(call);
  }
  static std::string names(const Chosen& chosen) { return confirmation_of(std::get<0>(chosen)); }

  OperatorCommand command_ = verify_command();
  Configuration configuration_ = Configuration::load("/dev/null", {}, {});
  std::vector<Context> contexts_{{"cart", {}, query::carts()}, {"inventory", {}, query::stock()}};
  std::ostringstream told_;
  std::ostringstream results_;
};

TEST_F(Choice, IsOfTheNamesInTheirOrderEachOnce) {
  EXPECT_EQ(names(choose({.arguments = {"stock", "carts", "stock"}})), "stock carts");
}

TEST_F(Choice, IsOfAllOfThem) { EXPECT_EQ(names(choose({.options = {{"all", "true"}}})), "carts stock"); }

TEST_F(Choice, NeedsNamesOrAllAndNotBoth) {
  EXPECT_EQ(std::get<Exit>(choose({})), Exit::usage);
  EXPECT_EQ(std::get<Exit>(choose({.arguments = {"carts"}, .options = {{"all", "true"}}})), Exit::usage);
}

TEST_F(Choice, TellsEveryNameThatIsNotThere) {
  EXPECT_EQ(std::get<Exit>(choose({.arguments = {"cats", "carts", "stokc"}})), Exit::not_found);
  EXPECT_THAT(told_.str(), HasSubstr("'cats'"));
  EXPECT_THAT(told_.str(), HasSubstr("'stokc'"));
}

TEST(Worse, IsTheOneThatLeftMoreUndone) {
  EXPECT_EQ(worse(Exit::ok, Exit::ok), Exit::ok);
  EXPECT_EQ(worse(Exit::ok, Exit::parked), Exit::parked);
  EXPECT_EQ(worse(Exit::mismatch, Exit::parked), Exit::mismatch);
  EXPECT_EQ(worse(Exit::mismatch, Exit::unavailable), Exit::unavailable);
  EXPECT_EQ(worse(Exit::failed, Exit::conflict), Exit::failed);
  EXPECT_EQ(worse(Exit::interrupted, Exit::failed), Exit::interrupted);
}

TEST(Results, OfOneThingAreARecordAndOfSeveralAListing) {
  std::ostringstream one;
  std::ostringstream two;
  Output to_one(OutputFormat::csv, one);
  Output to_two(OutputFormat::csv, two);
  Results of_one(to_one, 1);
  Results of_two(to_two, 2);
  of_one.add({{"projection", "carts"}});
  of_two.add({{"projection", "carts"}});
  of_two.add({{"projection", "stock"}});
  EXPECT_EQ(one.str(), "projection\ncarts\n");
  EXPECT_EQ(two.str(), "projection\ncarts\nstock\n");
}

TEST(Detached, SaysTheSameWithoutDetachingAgainAndWithoutAQuestion) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_of_the_detached({"replay", "rebuild", "carts", "--detach", "--reason", "a day"}),
            (Words{"replay", "rebuild", "--yes", "carts", "--reason", "a day"}));
  EXPECT_EQ(words_of_the_detached({"replay", "resume", "--detach=true", "7"}),
            (Words{"replay", "resume", "--yes", "7"}));
}

TEST(Progress, TellsTheTimeThatIsLeft) {
  EXPECT_EQ(time_left(0, 1'000, 10), "1m40s");
  EXPECT_EQ(time_left(990, 1'000, 10), "1s");
  EXPECT_EQ(time_left(0, 1'000, 0), "");
  EXPECT_EQ(time_left(1'000, 1'000, 10), "");
}

TEST(Commands, AreDescribedWhollyAndUnlikeOneAnother) {
  std::set<std::string> names;
  for (const auto& command : all_commands()) {
    SCOPED_TRACE(command.name());
    EXPECT_TRUE(names.insert(command.name()).second);
    EXPECT_FALSE(command.summary.empty());
    EXPECT_FALSE(command.explanation.empty());
    EXPECT_NE(command.run, nullptr);
    EXPECT_TRUE(command.words.size() == 1 || groups().contains(command.words.front()));
  }
}

TEST(Documents, NameEveryCommandAndEveryFlag) {
  const auto page = man_page(all_commands());
  const auto completion = bash_completion(all_commands(), {"carts", "stock"});
  for (const auto& command : all_commands()) {
    EXPECT_THAT(page, HasSubstr(".SS " + command.name()));
    EXPECT_THAT(completion, HasSubstr("'" + command.name() + "'*)"));
    for (const auto& option : command.options) EXPECT_THAT(completion, HasSubstr("--" + std::string(option.name)));
  }
  EXPECT_THAT(completion, HasSubstr("carts stock"));
}

std::string as_man_writes(std::string_view option) {
  std::string name = "\\-\\-";
  for (const char c : option) name += c == '-' ? "\\-" : std::string(1, c);
  return name;
}

TEST(Documents, TellEveryFlagOfACommandInItsOwnSection) {
  const auto page = man_page(all_commands());
  for (const auto& command : all_commands()) {
    const auto begin = page.find(".SS " + command.name());
    const auto section = page.substr(begin, page.find("\n.S", begin) - begin);
    for (const auto& option : command.options) EXPECT_THAT(section, HasSubstr(as_man_writes(option.name)));
  }
}

TEST(Documents, SayWhichCommandsTakeSeveralProjections) {
  const auto page = man_page(all_commands());
  for (const std::string several : {"rebuild", "verify", "pause", "unpause"}) {
    EXPECT_THAT(page, HasSubstr(".SS " + several + " [NAME...]\n"));
  }
  for (const std::string one : {"promote", "rollback", "drop", "describe"}) {
    EXPECT_THAT(page, HasSubstr(".SS " + one + " NAME\n"));
  }
  EXPECT_THAT(page, HasSubstr(".SS status [OPERATION]\n"));
}

}  // namespace
}  // namespace keel::app

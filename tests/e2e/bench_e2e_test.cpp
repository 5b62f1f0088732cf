#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

nlohmann::json read_json(const std::filesystem::path& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

std::string local(int port) { return "127.0.0.1:" + std::to_string(port); }

TEST(Bench, MeasuresDurableCommandsBesideTheirReferences) {
  KeelSystem system;
  system.start("command");
  const auto raw = system.cluster().journal_database({{"cart"}, 16});
  const auto json_file = system.folder() / "found.json";
  const auto svg_file = system.folder() / "found.svg";
  const auto ran = system.run({"bench",         "command", "--command", local(system.grpc_port("command")),
                               "--raw-dsn",     raw.dsn,   "--echo",    local(free_port()),
                               "--seconds",     "0.5",     "--warm-up", "0.2",
                               "--repetitions", "1",       "--rate",    "200",
                               "--carts",       "500",     "--json",    json_file,
                               "--svg",         svg_file});
  ASSERT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("ratio to the echo"));

  const auto found = read_json(json_file);
  ASSERT_TRUE(found.is_object());
  ASSERT_EQ(found["rows"].size(), 7U) << found;
  for (const auto& row : found["rows"]) {
    EXPECT_GT(row["figures"]["per second"]["median"], 0) << row;
    EXPECT_TRUE(row["failed"].empty()) << row;
  }
  EXPECT_NEAR(found["rows"][6]["figures"]["per second"]["median"].get<double>(), 200, 60) << "the open loop's rate";
  EXPECT_GT(found["machine"]["cores"], 0);
  EXPECT_TRUE(std::filesystem::exists(svg_file));
  EXPECT_GT(std::stoll(system.journal().value("SELECT count(*) FROM events")), 100) << "the commands were real";
}

TEST(Bench, RebuildsAProjectionUnderLoadWithoutAFailedOrMixedAnswer) {
  KeelSystem system;
  const auto filled = system.run({"bench", "prepare-rebuild", "--events", "3000", "--aggregates", "200"});
  ASSERT_EQ(filled.code, 0) << filled.output;
  for (const auto* role : {"command", "projector", "query"}) system.start(role);
  const auto json_file = system.folder() / "found.json";
  const auto ran = system.run({"bench",
                               "rebuild-live",
                               "--command",
                               local(system.grpc_port("command")),
                               "--query",
                               local(system.grpc_port("query")),
                               "--events",
                               "3000",
                               "--aggregates",
                               "200",
                               "--carts",
                               "400",
                               "--commands-per-second",
                               "100",
                               "--queries-per-second",
                               "100",
                               "--seconds",
                               "1",
                               "--warm-up",
                               "0.2",
                               "--json",
                               json_file});
  ASSERT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("verify, at the end: no difference, no finding."));
  EXPECT_THAT(ran.output, HasSubstr("journal check, at the end: no difference, no finding."));

  const auto found = read_json(json_file);
  ASSERT_TRUE(found.is_object());
  EXPECT_TRUE(found["broken"].empty()) << found["broken"];
  std::set<std::string> names;
  for (const auto& row : found["rows"]) {
    names.insert(row["name"]);
    EXPECT_GT(row["figures"]["per second"]["median"], 0) << row;
    EXPECT_TRUE(row["failed"].empty()) << row;
  }
  EXPECT_THAT(names, IsSupersetOf({"raw reading, under load", "rebuild, under load", "COPY of its rows, quiet",
                                   "queries, rebuild", "queries, promote", "commands, rebuild"}));
  EXPECT_EQ(system.read_store().value("SELECT live FROM projections WHERE projection = 'carts'"), "3");
}

TEST(Bench, IsListedRefusesWhatItDoesNotKnowAndSaysWhenNobodyIsThere) {
  KeelSystem system;
  EXPECT_THAT(system.run({"--help"}).output, HasSubstr("bench"));
  EXPECT_EQ(system.run({"bench", "walk"}).code, 2);
  const auto ran = system.run({"bench", "idle", "--command", local(free_port()), "--process", "server=1"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("nobody answers on"));
}

}  // namespace
}  // namespace keel::test
